package io.outboundhttp.benchmarks.storm;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Application without beans of its own.
 */
@SpringBootApplication(proxyBeanMethods = false)
class StormApplication {

}
