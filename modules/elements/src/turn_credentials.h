// Credentials of a TURN server that hold for a while only, made from a secret that it shares with
// us instead of a password: draft-uberti-behave-turn-rest-00, coturn's `use-auth-secret`.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace ms::elements {

// "192.0.2.1:3478?transport=udp" with user and password in front, as parseTurnUrl() takes it: the
// user is the time when it ends to be valid, in seconds since 1970, the password Base64 of its
// HMAC-SHA1. A URL that has a user already stays as it is.
std::string withTimeLimitedCredentials(const std::string& url, std::string_view secret,
                                       std::chrono::system_clock::time_point valid_until);

}  // namespace ms::elements
