#include "server/http/upload_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <list>
#include <stdexcept>
#include <utility>

#include "server/base/log.h"
#include "server/base/uuid.h"
#include "server/http/upload_connection.h"
#include "server/http/upload_limits.h"
#include "server/http/upload_paths.h"

namespace ms::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

LogCategory category("httpendpoint");

// How long accepting rests after a failure; most often descriptors have run out.
constexpr Duration kRestAfterFailure = std::chrono::milliseconds(100);

// IPv4 before IPv6, as URLs with "localhost" are understood by every client.
std::string addressOf(const std::string& host) {
  asio::io_context context;
  tcp::resolver resolver(context);
  error_code error;
  const auto found = resolver.resolve(host, "", tcp::resolver::passive, error);
  if (error || found.empty()) {
    MS_LOG(category, Error, "serverAddress " << host << ": " << error.message());
    return {};
  }
  for (const auto& entry : found)
    if (entry.endpoint().protocol() == tcp::v4()) return entry.endpoint().address().to_string();
  return found.begin()->endpoint().address().to_string();
}

tcp::acceptor listen(asio::io_context& context, const tcp::endpoint& endpoint) {
  tcp::acceptor acceptor(context);
  acceptor.open(endpoint.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));
  acceptor.bind(endpoint);
  acceptor.listen();
  return acceptor;
}

std::string asUrlHost(const std::string& host) {
  return host.find(':') == std::string::npos || host.starts_with('[') ? host : "[" + host + "]";
}

}  // namespace

class UploadServer::Site {
 public:
  // Throws boost::system::system_error.
  explicit Site(const tcp::endpoint& endpoint) : acceptor_(listen(loop_.context(), endpoint)) {
    port_ = acceptor_.local_endpoint().port();
    loop_.post([this] { accept(); });
  }
  ~Site() {
    loop_.runAndWait([this] {
      error_code ignored;
      acceptor_.close(ignored);
      rest_.reset();
      while (!connections_.empty()) connections_.front()->close();
    });
    loop_.runAndWait([] {});  // What was pending has ended.
    loop_.stop();
  }
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  std::uint16_t port() const { return port_; }
  void add(std::string path, std::shared_ptr<UploadReceiver> receiver) {
    loop_.post([this, path = std::move(path), receiver = std::move(receiver)]() mutable {
      paths_.add(path, std::move(receiver));
    });
  }
  void remove(std::string path) {
    loop_.post([this, path = std::move(path)] { paths_.remove(path); });
  }
  void maybeEndSession(std::string path) {
    loop_.post([this, path = std::move(path)] { paths_.maybeEndSession(path); });
  }

 private:
  void accept() {
    acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (error) {
        MS_LOG(category, Warning, "a connection cannot be accepted: " << error.message());
        if (!rest_) rest_ = std::make_unique<Timer>(loop_);
        return rest_->start(kRestAfterFailure, [this] { accept(); });
      }
      take(std::move(socket));
      accept();
    });
  }

  void take(tcp::socket socket) {
    if (connections_.size() >= kMaxConnections && !makeRoom()) return;
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    const auto place = connections_.emplace(connections_.end());
    *place = makeUploadConnection(std::move(socket), loop_, paths_, [this, place] {
      const auto closed = std::move(*place);  // In a call of its own.
      connections_.erase(place);
    });
    (*place)->start();
  }

  // Who has been there longest without a request that was taken.
  bool makeRoom() {
    for (const auto& connection : connections_) {
      if (connection->hasUpload()) continue;
      const auto closed = connection;
      closed->close();
      return true;
    }
    return false;
  }

  Loop loop_{"uploads"};
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Timer> rest_;  // From the first failure on.
  UploadPaths paths_;
  std::list<std::shared_ptr<UploadConnection>> connections_;  // Oldest first.
};

UploadServer::UploadServer(UploadSettings settings)
    : settings_(std::move(settings)), address_(addressOf(settings_.host)) {}

UploadServer::~UploadServer() = default;

UploadServer::Site& UploadServer::site() {
  if (site_) return *site_;
  if (address_.empty()) throw std::runtime_error("serverAddress " + settings_.host + " is unknown");
  try {
    site_ = std::make_unique<Site>(tcp::endpoint(asio::ip::make_address(address_), settings_.port));
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error("cannot listen on " + settings_.host + ":" +
                             std::to_string(settings_.port) + ": " + error.code().message());
  }
  MS_LOG(category, Info, "uploads are taken on " << address_ << ":" << site_->port());
  return *site_;
}

std::unique_ptr<UploadPath> UploadServer::open(std::shared_ptr<UploadReceiver> receiver) {
  const MutexLock lock(mutex_);
  Site& open_site = site();
  const std::string path = "/" + makeUuid();
  const std::string& host =
      settings_.announced_host.empty() ? settings_.host : settings_.announced_host;
  open_site.add(path, std::move(receiver));
  return std::make_unique<UploadPath>(
      *this, path, "http://" + asUrlHost(host) + ":" + std::to_string(open_site.port()) + path);
}

UploadPath::~UploadPath() {
  const MutexLock lock(server_.mutex_);
  server_.site_->remove(path_);
}

void UploadPath::maybeEndSession() {
  const MutexLock lock(server_.mutex_);
  server_.site_->maybeEndSession(path_);
}

}  // namespace ms::http
