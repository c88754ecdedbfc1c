#include "modules/elements/src/turn_credentials.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "server/base/base64.h"

namespace ms::elements {
namespace {

std::string passwordFor(const std::string& user, std::string_view secret) {
  std::array<std::uint8_t, 20> tag{};  // Of SHA-1.
  HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(user.data()), user.size(), tag.data(), nullptr);
  return writeBase64(tag);
}

}  // namespace

std::string withTimeLimitedCredentials(const std::string& url, std::string_view secret,
                                       std::chrono::system_clock::time_point valid_until) {
  if (url.find('@') != std::string::npos) return url;
  const auto since_1970 =
      std::chrono::duration_cast<std::chrono::seconds>(valid_until.time_since_epoch());
  const std::string user = std::to_string(since_1970.count());
  return user + ":" + passwordFor(user, secret) + "@" + url;
}

}  // namespace ms::elements
