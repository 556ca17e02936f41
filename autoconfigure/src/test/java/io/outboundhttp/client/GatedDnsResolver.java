package io.outboundhttp.client;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;

import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;

/**
 * {@link DnsResolver} that answers for some hosts only when a {@link Gate} is open.
 */
public final class GatedDnsResolver implements DnsResolver {

	private final Gate gate;

	private final Map<String, String> hosts;

	/**
	 * Create a resolver.
	 * @param gate the gate
	 * @param hosts addresses by host
	 */
	public GatedDnsResolver(Gate gate, Map<String, String> hosts) {
		this.gate = gate;
		this.hosts = hosts;
	}

	@Override
	public InetAddress[] resolve(String host) throws UnknownHostException {
		String address = this.hosts.get(host);
		if (address == null) {
			return SystemDefaultDnsResolver.INSTANCE.resolve(host);
		}
		this.gate.pass();
		return InetAddress.getAllByName(address);
	}

	@Override
	public String resolveCanonicalHostname(String host) {
		return host;
	}

}
