package io.outboundhttp.sample.catalog;

import java.math.BigDecimal;

import org.springframework.util.Assert;

/**
 * One article of the catalog. An answer that lacks one of the parts is refused while it
 * is read, so that nobody computes with half an article.
 *
 * @param sku the number of the article
 * @param name what it is
 * @param price price of one, in euros
 * @param grams weight of one
 */
public record CatalogItem(String sku, String name, BigDecimal price, int grams) {

	public CatalogItem {
		Assert.hasText(sku, "'sku' must not be empty");
		Assert.hasText(name, "'name' must not be empty");
		Assert.notNull(price, "'price' must not be null");
	}

}
