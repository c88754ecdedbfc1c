#include "server/app/cloud_metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <thread>
#include <vector>

namespace ms::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr Duration kPatience = std::chrono::seconds(20),
                   kImpatience = std::chrono::milliseconds(20);

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
const std::string kNotFound = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";

// Answers each request by its first line and keeps what was asked.
class Cloud {
 public:
  explicit Cloud(std::map<std::string, std::string> answers)
      : answers_(std::move(answers)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto address = *net::SocketAddress::parse("127.0.0.1", 0);
    bind(listener_, address.data(), address.size());
    listen(listener_, 5);
    address_ = *net::SocketAddress::ofSocket(listener_);
    thread_ = std::thread([this] { serve(); });
  }
  ~Cloud() { end(); }

  std::optional<std::string> address(int family, Duration patience = kPatience) {
    return addressFromCloud(family, {.address = address_, .patience = patience});
  }
  const std::vector<std::string>& requests() {
    end();
    return requests_;
  }

 private:
  void end() {
    if (!thread_.joinable()) return;
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  void serve() {
    for (int peer; (peer = accept(listener_, nullptr, nullptr)) >= 0; close(peer)) {
      std::string request;
      char bytes[2048];
      while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t size = recv(peer, bytes, sizeof bytes, 0);
        if (size <= 0) break;
        request.append(bytes, static_cast<std::size_t>(size));
      }
      requests_.push_back(request);
      const auto found = answers_.find(request.substr(0, request.find(" HTTP")));
      const std::string& answer = found == answers_.end() ? kNotFound : found->second;
      send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
    }
  }

  const std::map<std::string, std::string> answers_;
  const int listener_;
  net::SocketAddress address_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

TEST(CloudMetadata, OfEc2IsGivenForAToken) {
  Cloud cloud({{"PUT /latest/api/token", ok("a-token")},
               {"GET /latest/meta-data/public-ipv4", ok("198.51.100.7")}});
  EXPECT_EQ(cloud.address(AF_INET), "198.51.100.7");
  EXPECT_THAT(cloud.requests(), ElementsAre(HasSubstr("X-aws-ec2-metadata-token-ttl-seconds: 60"),
                                            HasSubstr("X-aws-ec2-metadata-token: a-token")));
}

TEST(CloudMetadata, OfEc2HasAnIpv6Address) {
  Cloud cloud({{"PUT /latest/api/token", ok("a-token")},
               {"GET /latest/meta-data/ipv6", ok("2001:db8::7")}});
  EXPECT_EQ(cloud.address(AF_INET6), "2001:db8::7");
}

TEST(CloudMetadata, OfComputeEngineIsAskedNext) {
  Cloud cloud(
      {{"GET /computeMetadata/v1/instance/network-interfaces/0/access-configs/0/external-ip",
        ok("198.51.100.8")}});
  EXPECT_EQ(cloud.address(AF_INET), "198.51.100.8");
  EXPECT_THAT(cloud.requests(),
              ElementsAre(StartsWith("PUT"), HasSubstr("Metadata-Flavor: Google")));
}

TEST(CloudMetadata, OfAzureIsAskedLast) {
  Cloud cloud(
      {{"GET /metadata/instance/network/interface/0/ipv4/ipAddress/0/publicIpAddress"
        "?api-version=2021-02-01&format=text",
        ok("198.51.100.9")}});
  EXPECT_EQ(cloud.address(AF_INET), "198.51.100.9");
  EXPECT_THAT(cloud.requests().back(), HasSubstr("Metadata: true"));
}

TEST(CloudMetadata, IsBelievedOnlyWhenItIsAnAddressOfTheFamily) {
  for (const char* answer : {"", "no address", "2001:db8::7", "198.51.100.7\r\nX: y"}) {
    Cloud cloud({{"PUT /latest/api/token", ok("a-token")},
                 {"GET /latest/meta-data/public-ipv4", ok(answer)}});
    EXPECT_EQ(cloud.address(AF_INET), std::nullopt) << answer;
  }
}

TEST(CloudMetadata, WithATokenThatWouldBreakTheHeaderIsRefused) {
  Cloud cloud({{"PUT /latest/api/token", ok("a\r\nX: y")}});
  EXPECT_EQ(cloud.address(AF_INET6), std::nullopt);
  EXPECT_EQ(cloud.requests().size(), 1u);
}

TEST(CloudMetadata, MayNotBeLong) {
  const std::string much(1 << 20, 'a');
  Cloud cloud({{"PUT /latest/api/token", ok(much)}});
  EXPECT_EQ(cloud.address(AF_INET6), std::nullopt);
}

TEST(CloudMetadata, IsNotWaitedForWithoutAnEnd) {
  const std::string begun = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
  Cloud cloud({{"PUT /latest/api/token", begun}});
  EXPECT_EQ(cloud.address(AF_INET6, kImpatience), std::nullopt);
}

}  // namespace
}  // namespace ms::app
