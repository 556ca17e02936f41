package io.outboundhttp.pool.egress;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Addresses that share their first bits. Immutable.
 */
final class AddressRange {

	private static final byte[] ANY = new byte[16];

	private static final byte[] LOOPBACK4 = { 127, 0, 0, 1 };

	private static final byte[] LOOPBACK6 = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };

	private static final byte[] MAPPED = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1 };

	private static final byte[] NAT64 = { 0, 0x64, -1, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0 };

	private static final byte[] SIX_TO_FOUR = { 0x20, 0x02 };

	private final byte[] first;

	private final int bits;

	private AddressRange(byte[] first, int bits) {
		this.first = first;
		this.bits = bits;
	}

	/**
	 * Return a range.
	 * @param address the first address
	 * @param length number of its bits, as written
	 * @param bits number of bits that count, {@code null} for all
	 * @return the range
	 * @throws IllegalArgumentException if it has not so many bits, or others are set
	 */
	static AddressRange of(InetAddress address, int length, @Nullable Integer bits) {
		byte[] first = plain(address);
		int count = (bits != null) ? bits : length;
		if (count > length) {
			throw new IllegalArgumentException("the address has %d bits only".formatted(length));
		}
		// an IPv4 address that was written as an IPv6 one
		count -= length - first.length * 8;
		if (count < 0) {
			throw new IllegalArgumentException("write the IPv4 addresses without '::ffff:'");
		}
		for (int bit = count; bit < first.length * 8; bit++) {
			if ((first[bit / 8] & (0x80 >> bit % 8)) != 0) {
				throw new IllegalArgumentException(
						"the address has bits behind the first %d: write the first address of the range"
							.formatted(count));
			}
		}
		return new AddressRange(first, count);
	}

	/**
	 * Return whether an address is in this range.
	 */
	boolean contains(InetAddress address) {
		return contains(plain(address));
	}

	/**
	 * Return whether an address, or one that it may stand for, is in this range.
	 */
	boolean reaches(InetAddress address) {
		return reachable(plain(address)).stream().anyMatch(this::contains);
	}

	private boolean contains(byte[] address) {
		if (address.length != this.first.length) {
			return false;
		}
		int bytes = this.bits / 8;
		if (!startsWith(address, this.first, bytes)) {
			return false;
		}
		int rest = this.bits % 8;
		return rest == 0 || ((address[bytes] ^ this.first[bytes]) & (0xff00 >> rest) & 0xff) == 0;
	}

	private static byte[] plain(InetAddress address) {
		byte[] bytes = address.getAddress();
		return (bytes.length == 16 && startsWith(bytes, MAPPED, 12)) ? Arrays.copyOfRange(bytes, 12, 16) : bytes;
	}

	/**
	 * Return an address with those that a packet to it may end at: the IPv4 address in an
	 * IPv6 one, and this host behind the address that is none.
	 */
	private static List<byte[]> reachable(byte[] address) {
		List<byte[]> reachable = new ArrayList<>(3);
		reachable.add(address);
		if (startsWith(address, ANY, address.length)) {
			reachable.add(LOOPBACK4);
			reachable.add(LOOPBACK6);
		}
		else if (address.length == 16 && !Arrays.equals(address, LOOPBACK6)
				&& (startsWith(address, ANY, 12) || startsWith(address, NAT64, 12))) {
			reachable.add(Arrays.copyOfRange(address, 12, 16));
		}
		else if (address.length == 16 && startsWith(address, SIX_TO_FOUR, 2)) {
			reachable.add(Arrays.copyOfRange(address, 2, 6));
		}
		return reachable;
	}

	private static boolean startsWith(byte[] address, byte[] start, int length) {
		return Arrays.equals(address, 0, length, start, 0, length);
	}

}
