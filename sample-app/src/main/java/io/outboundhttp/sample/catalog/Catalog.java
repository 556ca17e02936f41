package io.outboundhttp.sample.catalog;

import io.outboundhttp.sample.remote.RemoteCalls;

import org.springframework.stereotype.Component;
import org.springframework.web.client.HttpClientErrorException;

/**
 * Catalog of the shop, as the rest of the application sees it.
 */
@Component
public class Catalog {

	static final String NAME = "catalog";

	private final CatalogService service;

	Catalog(CatalogService service) {
		this.service = service;
	}

	/**
	 * Look up an article.
	 * @param sku the number of the article
	 * @return the article
	 * @throws UnknownSkuException if the catalog does not have it
	 */
	public CatalogItem item(String sku) {
		return RemoteCalls.call(NAME, () -> {
			try {
				return this.service.item(sku);
			}
			catch (HttpClientErrorException.NotFound ex) {
				throw new UnknownSkuException(sku);
			}
		});
	}

}
