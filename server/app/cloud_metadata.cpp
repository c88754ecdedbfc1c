#include "server/app/cloud_metadata.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <utility>

namespace ms::app {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Request = http::request<http::empty_body>;

constexpr std::size_t kMaxAnswerBytes = 4096;
constexpr int kHttp11 = 11;

asio::ip::tcp::endpoint endpointOf(const net::SocketAddress& address) {
  return {asio::ip::make_address(address.text()), address.port()};
}

Request makeRequest(http::verb verb, const char* target) {
  Request request(verb, target, kHttp11);
  request.set(http::field::host, "169.254.169.254");
  request.set(http::field::connection, "close");
  return request;
}

// The body of an answer with status 200.
std::optional<std::string> ask(const MetadataService& service, const Request& request) {
  asio::io_context context;
  boost::beast::tcp_stream stream(context);
  boost::beast::flat_buffer buffer(kMaxAnswerBytes);
  http::response_parser<http::string_body> parser;
  parser.body_limit(kMaxAnswerBytes);
  bool has_answered = false;

  const auto onRead = [&](error_code error, std::size_t) { has_answered = !error; };
  // Boost 1.74 does not hold a Content-Length against the limit of the body.
  const auto onHeader = [&](error_code error, std::size_t) {
    if (!error && parser.content_length().value_or(0) <= kMaxAnswerBytes)
      http::async_read(stream, buffer, parser, onRead);
  };
  const auto onWritten = [&](error_code error, std::size_t) {
    if (!error) http::async_read_header(stream, buffer, parser, onHeader);
  };
  stream.expires_after(service.patience);
  stream.async_connect(endpointOf(service.address), [&](error_code error) {
    if (!error) http::async_write(stream, request, onWritten);
  });
  context.run();
  if (!has_answered || parser.get().result() != http::status::ok) return std::nullopt;
  return std::move(parser.get().body());
}

std::optional<std::string> askEc2(int family, const MetadataService& service) {
  Request for_token = makeRequest(http::verb::put, "/latest/api/token");
  for_token.set("X-aws-ec2-metadata-token-ttl-seconds", "60");
  const auto token = ask(service, for_token);
  const auto isPrintable = [](unsigned char letter) { return std::isprint(letter) != 0; };
  if (!token || !std::ranges::all_of(*token, isPrintable)) return std::nullopt;
  Request request = makeRequest(http::verb::get, family == AF_INET ? "/latest/meta-data/public-ipv4"
                                                                   : "/latest/meta-data/ipv6");
  request.set("X-aws-ec2-metadata-token", *token);
  return ask(service, request);
}

std::optional<std::string> askComputeEngine(const MetadataService& service) {
  Request request =
      makeRequest(http::verb::get,
                  "/computeMetadata/v1/instance/network-interfaces/0/access-configs/0/external-ip");
  request.set("Metadata-Flavor", "Google");
  return ask(service, request);
}

std::optional<std::string> askAzure(const MetadataService& service) {
  Request request =
      makeRequest(http::verb::get,
                  "/metadata/instance/network/interface/0/ipv4/ipAddress/0/publicIpAddress"
                  "?api-version=2021-02-01&format=text");
  request.set("Metadata", "true");
  return ask(service, request);
}

bool isAddress(const std::optional<std::string>& text, int family) {
  if (!text) return false;
  const auto address = net::SocketAddress::parse(*text, 0);
  return address && address->family() == family;
}

}  // namespace

std::optional<std::string> addressFromCloud(int family, const MetadataService& service) {
  auto address = askEc2(family, service);
  if (!isAddress(address, family) && family == AF_INET) address = askComputeEngine(service);
  if (!isAddress(address, family) && family == AF_INET) address = askAzure(service);
  return isAddress(address, family) ? address : std::nullopt;
}

}  // namespace ms::app
