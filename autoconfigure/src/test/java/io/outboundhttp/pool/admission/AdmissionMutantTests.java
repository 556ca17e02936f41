package io.outboundhttp.pool.admission;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * Tests of the proofs: {@link AdmissionHandshake} and {@link AdmissionStress} must find
 * the faults that are made on purpose here.
 */
@Tag("mutants")
@Timeout(300)
class AdmissionMutantTests {

	private static final Path SOURCES = Path.of("src/main/java/io/outboundhttp/pool/admission");

	private static final String PACKAGE = Admission.class.getPackageName() + ".";

	private static final Duration ATTEMPT = Duration.ofMillis(500);

	private static final Duration PATIENCE = Duration.ofSeconds(180);

	@ParameterizedTest
	@EnumSource
	void faultIsFound(Mutant mutant) throws Exception {
		BiFunction<String, Duration, List<String>> proof = compile(mutant.edits);
		long startNanos = System.nanoTime();
		while (System.nanoTime() - startNanos < PATIENCE.toNanos()) {
			for (String name : mutant.proofs) {
				List<String> violations = proof.apply(name, ATTEMPT);
				if (!violations.isEmpty()) {
					return;
				}
			}
		}
		fail("%s is not found by %s", mutant, mutant.proofs);
	}

	@Test
	void nothingIsFoundWithoutAFault() throws Exception {
		BiFunction<String, Duration, List<String>> proof = compile(List.of());
		assertThat(proof.getClass()).isNotSameAs(AdmissionProof.class);
		List<String> names = Arrays.stream(Mutant.values())
			.flatMap((mutant) -> mutant.proofs.stream())
			.distinct()
			.toList();
		for (String name : names) {
			assertThat(proof.apply(name, Duration.ofMillis(100))).as(name).isEmpty();
		}
	}

	/**
	 * Compile the package with edits, and load it and the proofs anew.
	 */
	@SuppressWarnings("unchecked")
	private static BiFunction<String, Duration, List<String>> compile(List<Edit> edits) throws Exception {
		Map<String, byte[]> classes = new MemoryCompiler().compile(sources(edits));
		assertThat(classes).containsKeys(Admission.class.getName(), Waiter.class.getName());
		ClassLoader loader = new OwnPackageLoader(classes);
		Class<?> proof = loader.loadClass(AdmissionProof.class.getName());
		return (BiFunction<String, Duration, List<String>>) proof.getConstructor().newInstance();
	}

	private static Map<String, String> sources(List<Edit> edits) throws IOException {
		Map<String, String> sources = new HashMap<>();
		try (Stream<Path> files = Files.list(SOURCES)) {
			for (Path file : files.toList()) {
				sources.put(file.getFileName().toString(), Files.readString(file));
			}
		}
		for (Edit edit : edits) {
			String source = sources.get(edit.file());
			assertThat(source).as(edit.file()).isNotNull();
			assertThat(source.split(Pattern.quote(edit.before()), -1)).as("'%s' once in %s", edit.before(), edit.file())
				.hasSize(2);
			sources.put(edit.file(), source.replace(edit.before(), edit.after()));
		}
		return sources;
	}

	/**
	 * Fault that is made on purpose, and who should find it.
	 */
	enum Mutant {

		RELEASE_DOES_NOT_LOOK_AT_WAITING(List.of("release, enqueue"),
				new Edit("Admission.java", "route.waiting.get() > 0 || this.server.isStarved()",
						"this.server.isStarved()")),

		WAITING_IS_COUNTED_AFTER_THE_WAITER_IS_SERVED(List.of("release, enqueue"),
				new Edit("Admission.java", "this.arrivals.add(waiter);\n\t\tdrain();",
						"route.waiting.decrementAndGet(); this.arrivals.add(waiter); drain();"
								+ " route.waiting.incrementAndGet();")),

		STARVED_IS_PUBLISHED_WITHOUT_A_SECOND_LOOK(List.of("release, enqueue of another route"),
				new Edit("Server.java", "lookedAgain = true;", "lookedAgain = true; route.blockedInPass = this.pass;")),

		NO_LOOK_AT_THE_SIGNAL_AFTER_UNLOCK(List.of("two releases, two waiters", "two discards, two waiters"),
				new Edit("Admission.java", "while (this.signal && this.lock.tryLock())",
						"if (this.signal && this.lock.tryLock())")),

		CLAIM_IS_CHECK_THEN_ACT(List.of("take, eviction", "CHAOS"),
				new Edit("IdleStack.java", "if (!this.claimed && CLAIMED.compareAndSet(this, false, true)) {",
						"if (!this.claimed) { this.claimed = true;")),

		ROUTE_OF_THE_VICTIM_IS_FREED_BEFORE_ITS_CONNECTION_IS_DISPOSED_OF(
				List.of("disposal of an evicted connection, enqueue", "CHAOS"),
				new Edit("Permits.java", "slot.setEvicted(evicted.getItem(), victim);",
						"slot.setEvicted(evicted.getItem(), null); victim.allocated--;")),

		CANCEL_OF_AN_ASSIGNED_WAIT_GIVES_NOTHING_BACK(List.of("cancel of an assigned wait, enqueue"),
				new Edit("Waiter.java", "this.admission.release(assigned, assigned.getItem() != null);",
						"assigned.getItem();")),

		SLOT_WITH_A_STATE_GOES_WHERE_THOSE_WITHOUT_ARE(List.of("release of a state, enqueue of another", "CHAOS"),
				new Edit("Admission.java", "!this.closed && slot.getState() == null;", "!this.closed;")),

		PARKS_WITHOUT_LOOKING_AT_THE_STATUS_AGAIN(List.of("release, park"),
				new Edit("Waiter.java", "this.thread = Thread.currentThread();",
						"this.thread = Thread.currentThread(); LockSupport.parkNanos(this, nanos);")),

		RAISED_LIMIT_SERVES_NOBODY(List.of("raise per route, enqueue"),
				new Edit("Admission.java", "\t\ttrim();\n\t\tdrain();\n", "\t\ttrim();\n")),

		PERMIT_IS_FREED_BEFORE_THE_CONNECTION_IS_DISPOSED_OF(List.of("CHURN"),
				new Edit("Admission.java", "takeEvicted(slot);\n\t\tI item = slot.getItem();",
						"takeEvicted(slot); this.permits.free(slot); I item = slot.getItem();"),
				new Edit("Admission.java", "\t\tthis.permits.free(slot);\n\t}", "\t}")),

		PURGE_DOES_NOT_LOOK_AT_WAITING_AGAIN(List.of("purge, enqueue, enqueue"),
				new Edit("Permits.java", "if (route.waiting.get() == 0) {", "if (route.dead) {")),

		RELEASE_DOES_NOT_LOOK_AT_CLOSED_AGAIN(List.of("close, release"),
				new Edit("Admission.java", "route.idle.push(slot);\n\t\t\tif (this.closed) {",
						"route.idle.push(slot); if (slot.getItem() == null) {")),

		NEW_CONNECTION_OVERTAKES_WHO_WAITS(List.of("FIFO"),
				new Edit("Admission.java", "(this.closed || isWanted(key)) ? null : this.permits.open(key)",
						"this.closed ? null : this.permits.open(key)")),

		NEW_CONNECTION_BREAKS_THE_LIMIT(List.of("CHAOS"),
				new Edit("Permits.java", "(isBelowLimit(route) && this.total < this.maxTotal) ? open(route) : null",
						"isBelowLimit(route) ? open(route) : null")),

		WHO_COMES_LAST_IS_SERVED_FIRST(List.of("FIFO"),
				new Edit("Server.java", "route.queue.addLast(waiter);", "route.queue.addFirst(waiter);"));

		private final List<String> proofs;

		private final List<Edit> edits;

		Mutant(List<String> proofs, Edit... edits) {
			this.proofs = proofs;
			this.edits = List.of(edits);
		}

	}

	/**
	 * Replacement in a source file.
	 *
	 * @param file the file
	 * @param before what is there once
	 * @param after what replaces it
	 */
	private record Edit(String file, String before, String after) {

	}

	/**
	 * Compiles from memory to memory.
	 */
	private static final class MemoryCompiler {

		private final Map<String, ByteArrayOutputStream> classes = new HashMap<>();

		Map<String, byte[]> compile(Map<String, String> sources) throws IOException {
			JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
			StringWriter messages = new StringWriter();
			List<JavaFileObject> units = sources.entrySet()
				.stream()
				.<JavaFileObject>map((source) -> new Source(source.getKey(), source.getValue()))
				.toList();
			List<String> options = List.of("-proc:none", "-implicit:none", "-Xlint:none", "-classpath",
					System.getProperty("java.class.path"));
			try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
					Output output = new Output(files)) {
				assertThat(compiler.getTask(messages, output, null, options, null, units).call()).as(messages::toString)
					.isTrue();
			}
			Map<String, byte[]> compiled = new HashMap<>();
			this.classes.forEach((name, bytes) -> compiled.put(name, bytes.toByteArray()));
			return compiled;
		}

		/**
		 * Source file in memory.
		 */
		private static final class Source extends SimpleJavaFileObject {

			private final String content;

			Source(String file, String content) {
				super(URI.create("string:///" + file), Kind.SOURCE);
				this.content = content;
			}

			@Override
			public CharSequence getCharContent(boolean ignoreEncodingErrors) {
				return this.content;
			}

		}

		/**
		 * Keeps the classes in memory.
		 */
		private final class Output extends ForwardingJavaFileManager<StandardJavaFileManager> {

			Output(StandardJavaFileManager files) {
				super(files);
			}

			@Override
			public JavaFileObject getJavaFileForOutput(Location location, String className, JavaFileObject.Kind kind,
					@Nullable FileObject sibling) {
				return new SimpleJavaFileObject(URI.create("bytes:///" + className), kind) {

					@Override
					public OutputStream openOutputStream() {
						ByteArrayOutputStream bytes = new ByteArrayOutputStream();
						MemoryCompiler.this.classes.put(className, bytes);
						return bytes;
					}

				};
			}

		}

	}

	/**
	 * Defines all classes of the package itself, those not compiled as they are here.
	 */
	private static final class OwnPackageLoader extends ClassLoader {

		private final Map<String, byte[]> compiled;

		OwnPackageLoader(Map<String, byte[]> compiled) {
			super(AdmissionMutantTests.class.getClassLoader());
			this.compiled = compiled;
		}

		@Override
		protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
			if (!name.startsWith(PACKAGE)) {
				return super.loadClass(name, resolve);
			}
			synchronized (getClassLoadingLock(name)) {
				Class<?> loaded = findLoadedClass(name);
				return (loaded != null) ? loaded : define(name);
			}
		}

		private Class<?> define(String name) throws ClassNotFoundException {
			byte[] bytes = this.compiled.get(name);
			if (bytes == null) {
				bytes = read(name);
			}
			return defineClass(name, bytes, 0, bytes.length);
		}

		private byte[] read(String name) throws ClassNotFoundException {
			try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
				if (in == null) {
					throw new ClassNotFoundException(name);
				}
				return in.readAllBytes();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
