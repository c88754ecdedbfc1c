// A candidate of a stranger either does not reach libnice, or reaches it as it was written.
#include "server/net/nice_candidate.h"

#include <arpa/inet.h>

#include <array>
#include <cstdlib>
#include <string_view>

namespace {

// Two texts of one address: "::1" and "0:0:0:0:0:0:0:1".
bool isSameAddress(const std::string& a, const std::string& b) {
  for (const int family : {AF_INET, AF_INET6}) {
    std::array<std::uint8_t, 16> of_a{}, of_b{};
    if (inet_pton(family, a.c_str(), of_a.data()) == 1)
      return inet_pton(family, b.c_str(), of_b.data()) == 1 && of_a == of_b;
  }
  return false;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ms;
  const auto candidate =
      ice::Candidate::parse(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!candidate) return 0;
  const auto nice = net::toNice(*candidate);
  if (!nice) return 0;

  const auto back = net::fromNice(*nice);
  require(isSameAddress(candidate->address, back.address));
  require(back.priority == candidate->priority && back.component == candidate->component);
  require(back.transport == candidate->transport && back.type == candidate->type);
  require(back.foundation == candidate->foundation);
  require(back.port == candidate->port ||
          (candidate->port == 0 && back.tcp_type == ice::TcpType::Active));
  return 0;
}
