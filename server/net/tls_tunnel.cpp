#include "server/net/tls_tunnel.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include "server/net/worker_loops.h"

namespace ms::net {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr int kSocketFlags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;

struct Release {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
};

bool meansLater(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ENOTCONN ||
         error == EINPROGRESS;
}

// A non-blocking TCP socket and what waits to be written to it.
class Side {
 public:
  explicit Side(int descriptor) : descriptor_(descriptor) {}
  ~Side() { close(descriptor_); }
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  int descriptor() const { return descriptor_; }
  bool isFull() const { return waiting_.size() >= TlsTunnel::kMaxWaitingBytes; }
  bool isWaiting() const { return !waiting_.empty(); }
  bool isOver() const { return is_over_; }

  // What has come; empty: nothing now, or the end.
  std::string_view read() {
    const ssize_t size = recv(descriptor_, buffer_.data(), buffer_.size(), 0);
    if (size > 0) return {buffer_.data(), static_cast<std::size_t>(size)};
    if (size == 0 || !meansLater(errno)) is_over_ = true;
    return {};
  }
  void write(std::string_view bytes) { waiting_ += bytes; }
  void flush() {
    while (!waiting_.empty() && !is_over_) {
      const ssize_t size = send(descriptor_, waiting_.data(), waiting_.size(), MSG_NOSIGNAL);
      if (size < 0) {
        is_over_ = !meansLater(errno);
        return;
      }
      waiting_.erase(0, static_cast<std::size_t>(size));
    }
  }

 private:
  const int descriptor_;
  std::string waiting_;
  bool is_over_ = false;
  std::array<char, kReadBytes> buffer_;
};

}  // namespace

struct TlsTunnel::Tls {
  std::unique_ptr<SSL_CTX, Release> context{SSL_CTX_new(TLS_client_method())};
};

// From libnice's socket (plain) to the server's (secure) and back.
class TlsTunnel::Connection {
 public:
  Connection(int plain, int secure, SSL_CTX* context)
      : plain_(plain), secure_(secure), session_(SSL_new(context)) {
    from_server_ = BIO_new(BIO_s_mem());
    to_server_ = BIO_new(BIO_s_mem());
    SSL_set_bio(session_.get(), from_server_, to_server_);  // Owns both.
    SSL_set_connect_state(session_.get());
  }

  // Moves what can be moved. False: it is over.
  bool move() {
    while (takeFromServer() | takeFromClient()) {
    }
    secure_.flush();
    plain_.flush();
    return !has_failed_ && !plain_.isOver() && !secure_.isOver();
  }

  bool has(int descriptor) const {
    return plain_.descriptor() == descriptor || secure_.descriptor() == descriptor;
  }
  int plain() const { return plain_.descriptor(); }
  int secure() const { return secure_.descriptor(); }
  std::uint32_t plainEvents() const { return eventsOf(plain_, secure_); }
  std::uint32_t secureEvents() const { return eventsOf(secure_, plain_); }

 private:
  // EPOLLOUT also tells that the connection stands.
  std::uint32_t eventsOf(const Side& side, const Side& other) const {
    std::uint32_t events = 0;
    if (!other.isFull()) events |= EPOLLIN;
    if (side.isWaiting()) events |= EPOLLOUT;
    return events;
  }

  // True: something has moved.
  bool takeFromServer() {
    const std::string_view sealed = plain_.isFull() ? std::string_view() : secure_.read();
    if (!sealed.empty()) BIO_write(from_server_, sealed.data(), static_cast<int>(sealed.size()));
    if (!SSL_is_init_finished(session_.get())) note(SSL_do_handshake(session_.get()));
    std::array<char, kReadBytes> opened;
    int size;
    while ((size = SSL_read(session_.get(), opened.data(), kReadBytes)) > 0)
      plain_.write({opened.data(), static_cast<std::size_t>(size)});
    note(size);
    drain();
    return !sealed.empty();
  }

  bool takeFromClient() {
    if (!SSL_is_init_finished(session_.get()) || secure_.isFull()) return false;
    const std::string_view bytes = plain_.read();
    if (bytes.empty()) return false;
    note(SSL_write(session_.get(), bytes.data(), static_cast<int>(bytes.size())));
    drain();
    return true;
  }

  // What the session wants sent; a memory BIO takes everything at once.
  void drain() {
    std::array<char, kReadBytes> sealed;
    for (int size; (size = BIO_read(to_server_, sealed.data(), kReadBytes)) > 0;)
      secure_.write({sealed.data(), static_cast<std::size_t>(size)});
  }

  void note(int result) {
    if (result > 0) return;
    const int error = SSL_get_error(session_.get(), result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) has_failed_ = true;
  }

  Side plain_, secure_;
  std::unique_ptr<SSL, Release> session_;
  BIO* from_server_;
  BIO* to_server_;
  bool has_failed_ = false;
};

std::unique_ptr<TlsTunnel> TlsTunnel::open(Worker& worker, const SocketAddress& server) {
  const bool is_ipv4 = server.family() == AF_INET;
  const auto loopback = SocketAddress::parse(is_ipv4 ? "127.0.0.1" : "::1", 0);
  const int listener = socket(server.family(), kSocketFlags, 0);
  if (listener < 0) return nullptr;
  const bool listens = bind(listener, loopback->data(), loopback->size()) == 0 &&
                       listen(listener, static_cast<int>(kMaxConnections)) == 0;
  const auto address = SocketAddress::ofSocket(listener);
  if (!listens || !address) {
    close(listener);
    return nullptr;
  }
  return std::unique_ptr<TlsTunnel>(new TlsTunnel(worker, listener, *address, server));
}

TlsTunnel::TlsTunnel(Worker& worker, int listener, const SocketAddress& address,
                     const SocketAddress& server)
    : loop_(worker.loop()),
      polls_((loop_.assertHere(), worker.services().polls)),
      id_(polls_.add(*this)),
      listener_(listener),
      address_(address),
      server_(server),
      tls_(std::make_unique<Tls>()) {
  SSL_CTX_set_min_proto_version(tls_->context.get(), TLS1_2_VERSION);
  polls_.watch(id_, listener_, EPOLLIN);
}

TlsTunnel::~TlsTunnel() {
  while (!connections_.empty()) end(*connections_.back());
  polls_.unwatch(id_, listener_);
  polls_.remove(id_);
  close(listener_);
}

void TlsTunnel::onReady(int descriptor, std::uint32_t) {
  loop_.assertHere();
  if (descriptor == listener_) return accept();
  const auto found = std::ranges::find_if(
      connections_, [&](const auto& connection) { return connection->has(descriptor); });
  if (found == connections_.end()) return;
  if ((*found)->move())
    watch(**found);
  else
    end(**found);
}

void TlsTunnel::accept() {
  const int plain = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (plain < 0) return;
  const int secure =
      connections_.size() < kMaxConnections ? socket(server_.family(), kSocketFlags, 0) : -1;
  if (secure < 0) {
    close(plain);
    return;
  }
  (void)connect(secure, server_.data(), server_.size());  // Its outcome shows when it is used.
  connections_.push_back(std::make_unique<Connection>(plain, secure, tls_->context.get()));
  Connection& connection = *connections_.back();
  if (connection.move())
    watch(connection);
  else
    end(connection);
}

void TlsTunnel::watch(const Connection& connection) {
  polls_.watch(id_, connection.plain(), connection.plainEvents());
  polls_.watch(id_, connection.secure(), connection.secureEvents());
}

void TlsTunnel::end(const Connection& connection) {
  polls_.unwatch(id_, connection.plain());
  polls_.unwatch(id_, connection.secure());
  std::erase_if(connections_, [&](const auto& one) { return one.get() == &connection; });
}

}  // namespace ms::net
