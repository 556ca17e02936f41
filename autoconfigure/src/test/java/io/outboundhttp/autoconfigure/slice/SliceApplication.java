package io.outboundhttp.autoconfigure.slice;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Application with components of which slices are tested.
 */
@SpringBootApplication(proxyBeanMethods = false)
class SliceApplication {

}
