#include "server/app/external_address.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <json/json.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "server/packet/stun/binding.h"

namespace ms::app {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr StunPatience kShort{.first_wait = std::chrono::milliseconds(5), .tries = 2};
constexpr StunPatience kPatient{.first_wait = std::chrono::seconds(20), .tries = 3};

// A STUN server that says 198.51.100.7 to everybody, after it has lost so many requests.
class StunServer {
 public:
  StunServer() : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    address_ = *net::SocketAddress::ofSocket(socket_);
  }
  ~StunServer() {
    shutdown(socket_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    close(socket_);
  }

  void answerAfterLosing(int count) {
    thread_ = std::thread([this, count] { serve(count); });
  }
  const net::SocketAddress& address() const { return address_; }

 private:
  void serve(int lose) const {
    sockaddr_in from{};
    socklen_t length = sizeof from;
    std::uint8_t request[stun::kHeaderBytes];
    while (recvfrom(socket_, request, sizeof request, 0, reinterpret_cast<sockaddr*>(&from),
                    &length) == stun::kHeaderBytes) {
      if (lose-- > 0) continue;
      // Success; 12 bytes of attributes: MAPPED-ADDRESS, IPv4, port 1.
      std::uint8_t answer[] = {1, 1, 0, 12, 0x21, 0x12, 0xa4, 0x42, 0, 0, 0, 0, 0,   0,  0,   0,
                               0, 0, 0, 0,  0,    1,    0,    8,    0, 1, 0, 1, 198, 51, 100, 7};
      std::copy_n(request + 8, 12, answer + 8);
      sendto(socket_, answer, sizeof answer, 0, reinterpret_cast<sockaddr*>(&from), length);
    }
  }

  const int socket_;
  net::SocketAddress address_;
  std::thread thread_;
};

Json::Value modulesWith(const StunServer& server, const char* key) {
  Json::Value modules(Json::objectValue);
  Json::Value& settings = modules["kurento"]["WebRtcEndpoint"];
  settings["stunServerAddress"] = server.address().text();
  settings["stunServerPort"] = server.address().port();
  settings[key] = "auto";
  return modules;
}

TEST(ExternalAddress, IsWhatTheStunServerSays) {
  StunServer server;
  server.answerAfterLosing(0);
  EXPECT_EQ(externalAddress(server.address(), kPatient), "198.51.100.7");
}

TEST(ExternalAddress, IsAskedForAgainWhenAPacketIsLost) {
  StunServer server;
  server.answerAfterLosing(1);
  EXPECT_EQ(externalAddress(server.address(), {.first_wait = std::chrono::milliseconds(20)}),
            "198.51.100.7");
}

TEST(ExternalAddress, IsGivenUpWhenNobodyAnswers) {
  const StunServer silent;
  EXPECT_THAT(externalAddress(silent.address(), kShort).error(), HasSubstr("does not answer"));
}

TEST(ExternalAddress, TakesThePlaceOfAuto) {
  StunServer server;
  server.answerAfterLosing(0);
  auto modules = modulesWith(server, "externalIPv4");
  resolveExternalAddresses(modules, kPatient);
  EXPECT_EQ(modules["kurento"]["WebRtcEndpoint"]["externalIPv4"], "198.51.100.7");
  EXPECT_FALSE(modules["kurento"]["WebRtcEndpoint"].isMember("externalIPv6"));
}

TEST(ExternalAddress, LeavesAGivenOneAlone) {
  const StunServer silent;
  auto modules = modulesWith(silent, "externalIPv4");
  modules["kurento"]["WebRtcEndpoint"]["externalIPv4"] = "192.0.2.1";
  resolveExternalAddresses(modules, kShort);
  EXPECT_EQ(modules["kurento"]["WebRtcEndpoint"]["externalIPv4"], "192.0.2.1");
  Json::Value none(Json::objectValue);
  resolveExternalAddresses(none, kShort);
}

TEST(ExternalAddress, IsRefusedWithoutAServerOfItsFamilyToAsk) {
  const StunServer silent;
  auto modules = modulesWith(silent, "externalIPv6");
  EXPECT_THAT([&] { resolveExternalAddresses(modules, kShort); },
              ThrowsMessage<std::runtime_error>(HasSubstr("needs an IPv6 'stunServerAddress'")));
  modules = modulesWith(silent, "externalIPv4");
  EXPECT_THAT([&] { resolveExternalAddresses(modules, kShort); },
              ThrowsMessage<std::runtime_error>(HasSubstr("does not answer")));
}

TEST(ExternalAddress, IsRefusedWithoutAnybodyToAsk) {
  Json::Value modules(Json::objectValue);
  modules["kurento"]["WebRtcEndpoint"]["externalIPv4"] = "auto";
  const MetadataService nobody{.address = *net::SocketAddress::parse("127.0.0.1", 1)};
  EXPECT_THAT([&] { resolveExternalAddresses(modules, kShort, nobody); },
              ThrowsMessage<std::runtime_error>(HasSubstr("no cloud that tells its IPv4 address")));
}

}  // namespace
}  // namespace ms::app
