package io.outboundhttp.benchmarks;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Application without beans of its own, started in all variants.
 */
@SpringBootApplication(proxyBeanMethods = false)
class BenchmarkApplication {

}
