package io.outboundhttp.sample.ops;

import java.io.IOException;
import java.util.List;

import com.jayway.jsonpath.DocumentContext;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.PathNotFoundException;

/**
 * The dashboard of Grafana.
 *
 * @param panels all panels but the headlines of rows
 * @param variables the variables that ask Prometheus for their values
 * @param annotations the queries of annotations
 */
record Dashboard(List<Panel> panels, List<Variable> variables, List<String> annotations) {

	static Dashboard read() throws IOException {
		DocumentContext json = JsonPath.parse(OpsFiles.read("grafana-dashboard.json"));
		List<Integer> ids = json.read("$.panels[?(@.type != 'row')].id");
		List<String> names = json.read("$.templating.list[?(@.type == 'query')].name");
		return new Dashboard(ids.stream().map((id) -> panel(json, "$.panels[?(@.id == %d)]".formatted(id))).toList(),
				names.stream()
					.map((name) -> new Variable(name,
							text(json, "$.templating.list[?(@.name == '%s')].definition".formatted(name))))
					.toList(),
				json.read("$.annotations.list[*].expr"));
	}

	private static Panel panel(DocumentContext json, String path) {
		List<Integer> grid = List.of("x", "y", "w", "h")
			.stream()
			.map((side) -> json.<List<Integer>>read(path + ".gridPos." + side).get(0))
			.toList();
		return new Panel(text(json, path + ".title"), text(json, path + ".description"),
				text(json, path + ".datasource.uid"), new Place(grid.get(0), grid.get(1), grid.get(2), grid.get(3)),
				json.read(path + ".targets[*].expr"));
	}

	private static String text(DocumentContext json, String path) {
		List<String> texts = json.read(path);
		if (texts.size() != 1) {
			throw new PathNotFoundException(path);
		}
		return texts.get(0);
	}

	/**
	 * A panel.
	 *
	 * @param title headline
	 * @param description what it shows
	 * @param datasource where its data come from
	 * @param place where it is
	 * @param queries what it asks
	 */
	record Panel(String title, String description, String datasource, Place place, List<String> queries) {

	}

	/**
	 * Where a panel is.
	 *
	 * @param x column of its left side
	 * @param y row of its upper side
	 * @param width columns
	 * @param height rows
	 */
	record Place(int x, int y, int width, int height) {

		boolean overlaps(Place other) {
			return this.x < other.x + other.width && other.x < this.x + this.width && this.y < other.y + other.height
					&& other.y < this.y + this.height;
		}

	}

	/**
	 * A variable.
	 *
	 * @param name name
	 * @param definition its query as Grafana writes it
	 */
	record Variable(String name, String definition) {

	}

}
