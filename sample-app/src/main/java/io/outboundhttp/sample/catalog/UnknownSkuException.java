package io.outboundhttp.sample.catalog;

/**
 * The catalog answered, and it has no such article.
 */
public class UnknownSkuException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	UnknownSkuException(String sku) {
		super("sku: '" + sku + "' (expected: an article of the catalog)");
	}

}
