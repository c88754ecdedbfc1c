// Random identifiers of sessions, objects and subscriptions: RFC 4122 §4.4 (version 4), lower case.
#pragma once

#include <string>

namespace ms {

// "f47ac10b-58cc-4372-a567-0e02b2c3d479", from the kernel's random source. Any thread.
std::string makeUuid();

}  // namespace ms
