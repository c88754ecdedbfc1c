#include "server/app/external_address.h"

#include <arpa/inet.h>
#include <json/json.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>

#include "server/base/log.h"
#include "server/base/loop.h"
#include "server/base/random.h"
#include "server/config/start_options.h"
#include "server/packet/stun/binding.h"

namespace ms::app {
namespace {

LogCategory kLog("KurentoMediaServer");

constexpr int kDefaultStunPort = 3478;

// A UDP socket that speaks with one address only.
class Question {
 public:
  explicit Question(const net::SocketAddress& server)
      : descriptor_(socket(server.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    is_connected_ = connect(descriptor_, server.data(), server.size()) == 0;
    SystemRandom().fill(id_);
  }
  ~Question() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;

  bool isConnected() const { return is_connected_; }

  // A refusal (ICMP) may be the previous try's: the next one may do better.
  void ask() const {
    const auto request = stun::writeBindingRequest(id_);
    [[maybe_unused]] const auto sent = send(descriptor_, request.data(), request.size(), 0);
  }

  std::optional<stun::MappedAddress> answerWithin(Duration wait) const {
    const Timestamp deadline = Loop::now() + wait;
    for (;;) {
      using std::chrono::ceil, std::chrono::milliseconds;
      const auto left = ceil<milliseconds>(deadline - Loop::now());
      if (left <= milliseconds(0)) return std::nullopt;
      pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
      if (poll(&waiting, 1, static_cast<int>(left.count())) <= 0) continue;
      std::uint8_t bytes[1500];
      const ssize_t size = recv(descriptor_, bytes, sizeof bytes, 0);
      if (size < 0) continue;
      const Bytes datagram(bytes, static_cast<std::size_t>(size));
      if (const auto address = stun::parseBindingAnswer(datagram, id_)) return *address;
    }
  }

 private:
  const int descriptor_;
  bool is_connected_ = false;
  stun::TransactionId id_{};
};

std::string textOf(const stun::MappedAddress& address) {
  const bool is_ipv4 = address.family == stun::MappedAddress::Family::Ipv4;
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(is_ipv4 ? AF_INET : AF_INET6, address.bytes.data(), text, sizeof text);
  return text;
}

const char* nameOf(int family) { return family == AF_INET ? "IPv4" : "IPv6"; }

// Throws std::runtime_error when there is none of this family.
net::SocketAddress stunServerOf(const Json::Value& settings, const char* key, int family) {
  const Json::Value port = settings.get("stunServerPort", kDefaultStunPort);
  const auto server = net::SocketAddress::parse(
      settings.get("stunServerAddress", "").asString(),
      static_cast<std::uint16_t>(port.isInt() ? port.asInt() : kDefaultStunPort));
  if (!server || server->family() != family)
    throw std::runtime_error(std::string("'") + key + "' is 'auto', which needs an " +
                             nameOf(family) + " 'stunServerAddress' to ask");
  return *server;
}

std::string resolved(const Json::Value& settings, const char* key, int family,
                     StunPatience patience) {
  const auto server = stunServerOf(settings, key, family);
  const auto address = externalAddress(server, patience);
  if (!address)
    throw std::runtime_error(std::string("'") + key + "' is 'auto', but " + address.error());
  MS_LOG(kLog, Info, key << " is " << *address << ", says " << server.text());
  return *address;
}

std::string resolved(const char* key, int family, const MetadataService& cloud) {
  const auto address = addressFromCloud(family, cloud);
  if (!address)
    throw std::runtime_error(std::string("'") + key + "' is 'auto', but there is no " +
                             "'stunServerAddress', and no cloud that tells its " + nameOf(family) +
                             " address");
  MS_LOG(kLog, Info, key << " is " << *address << ", says the cloud's metadata service");
  return *address;
}

}  // namespace

std::expected<std::string, std::string> externalAddress(const net::SocketAddress& stun_server,
                                                        StunPatience patience) {
  const std::string name = "STUN server " + stun_server.text();
  const Question question(stun_server);
  if (!question.isConnected())
    return std::unexpected("there is no way to " + name + ": " + std::strerror(errno));
  Duration wait = patience.first_wait;
  for (int i = 0; i < patience.tries; ++i, wait *= 2) {
    question.ask();
    if (const auto address = question.answerWithin(wait)) return textOf(*address);
  }
  return std::unexpected(name + " does not answer");
}

void resolveExternalAddresses(Json::Value& modules, StunPatience patience,
                              const MetadataService& cloud) {
  if (!modules["kurento"].isObject() || !modules["kurento"]["WebRtcEndpoint"].isObject()) return;
  Json::Value& settings = modules["kurento"]["WebRtcEndpoint"];
  for (const auto& [key, family] : {std::pair("externalIPv4", AF_INET), {"externalIPv6", AF_INET6}})
    if (settings.get(key, "").asString() == config::kAutomatic)
      settings[key] = settings.get("stunServerAddress", "").asString().empty()
                          ? resolved(key, family, cloud)
                          : resolved(settings, key, family, patience);
}

}  // namespace ms::app
