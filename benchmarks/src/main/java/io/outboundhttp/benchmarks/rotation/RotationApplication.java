package io.outboundhttp.benchmarks.rotation;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Application without beans of its own.
 */
@SpringBootApplication(proxyBeanMethods = false)
class RotationApplication {

}
