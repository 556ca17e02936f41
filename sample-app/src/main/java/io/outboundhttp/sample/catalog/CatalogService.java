package io.outboundhttp.sample.catalog;

import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;

/**
 * HTTP service interface of the catalog. Its group is called {@code catalog}, so it talks
 * through the client of that name. The paths end in {@code .json} so that a directory of
 * files behind any web server is a catalog too.
 */
@HttpExchange("/items")
interface CatalogService {

	@GetExchange("/{sku}.json")
	CatalogItem item(@PathVariable String sku);

}
