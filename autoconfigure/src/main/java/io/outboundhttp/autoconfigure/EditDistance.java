package io.outboundhttp.autoconfigure;

/**
 * Number of single characters to insert, delete or replace to make one text of another.
 */
final class EditDistance {

	private EditDistance() {
	}

	static int between(CharSequence from, CharSequence to) {
		int[] previous = new int[to.length() + 1];
		for (int column = 0; column < previous.length; column++) {
			previous[column] = column;
		}
		for (int row = 1; row <= from.length(); row++) {
			int[] current = new int[to.length() + 1];
			current[0] = row;
			for (int column = 1; column <= to.length(); column++) {
				int replaced = previous[column - 1] + ((from.charAt(row - 1) != to.charAt(column - 1)) ? 1 : 0);
				current[column] = Math.min(replaced, Math.min(previous[column], current[column - 1]) + 1);
			}
			previous = current;
		}
		return previous[to.length()];
	}

}
