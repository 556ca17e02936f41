package io.outboundhttp.benchmarks.recover;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Application without beans of its own.
 */
@SpringBootApplication(proxyBeanMethods = false)
class RecoverApplication {

}
