package io.outboundhttp.sample.catalog;

import org.springframework.context.annotation.Configuration;
import org.springframework.web.service.registry.ImportHttpServices;

/**
 * Registration of the {@link CatalogService} in the HTTP service group {@code catalog}.
 */
@Configuration(proxyBeanMethods = false)
@ImportHttpServices(group = Catalog.NAME, types = CatalogService.class)
class CatalogConfiguration {

}
