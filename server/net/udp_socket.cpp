#include "server/net/udp_socket.h"

#include <netinet/in.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <utility>

#include "server/net/datagram_reader.h"
#include "server/net/worker_loops.h"

namespace ms::net {
namespace {

// A wish: a kernel that refuses it loses speed, not function.
void ask(int descriptor, int level, int option, int value) {
  (void)setsockopt(descriptor, level, option, &value, sizeof value);
}

}  // namespace

void askForBuffers(int descriptor) {
  ask(descriptor, SOL_SOCKET, SO_RCVBUF, kSocketBufferBytes);
  ask(descriptor, SOL_SOCKET, SO_SNDBUF, kSocketBufferBytes);
}

bool setDscp(int descriptor, int dscp) {
  const int traffic_class = dscp << 2;  // The two lower bits are ECN.
  const auto local = SocketAddress::ofSocket(descriptor);
  if (local && local->family() == AF_INET6)
    return setsockopt(descriptor, IPPROTO_IPV6, IPV6_TCLASS, &traffic_class,
                      sizeof traffic_class) == 0;
  return setsockopt(descriptor, IPPROTO_IP, IP_TOS, &traffic_class, sizeof traffic_class) == 0;
}

std::expected<std::unique_ptr<UdpSocket>, std::error_code> UdpSocket::open(
    Worker& worker, const SocketAddress& local, Options options, UdpSocketObserver& observer) {
  auto socket = BoundSocket::open(local, options.dscp);
  if (!socket) return std::unexpected(socket.error());
  return std::make_unique<UdpSocket>(worker, std::move(*socket), observer);
}

UdpSocket::UdpSocket(Worker& worker, BoundSocket socket, UdpSocketObserver& observer)
    : loop_(worker.loop()),
      polls_((loop_.assertHere(), worker.services().polls)),
      reader_(worker.services().reader),
      batch_(worker.services().sends),
      observer_(observer),
      local_(socket.localAddress()),
      descriptor_(std::move(socket).release()),
      id_(polls_.add(*this)) {
  polls_.watch(id_, descriptor_, EPOLLIN);
}

UdpSocket::~UdpSocket() {
  if (is_gone_) *is_gone_ = true;
  polls_.unwatch(id_, descriptor_);
  polls_.remove(id_);
  path_.reset();
  close(descriptor_);
}

void UdpSocket::setRemote(const SocketAddress& remote) {
  if (remote_ == remote) return;
  remote_ = remote;
  path_.emplace(batch_, descriptor_, remote);
}

void UdpSocket::send(Bytes datagram) {
  if (path_) path_->send(datagram);
}

void UdpSocket::onReady(int, std::uint32_t) {
  const Timestamp now = Loop::now();
  bool is_gone = false;
  is_gone_ = &is_gone;
  reader_.read(descriptor_, [&](MutableBytes datagram, const SocketAddress& from) {
    observer_.onUdpDatagram(datagram, from, now);
    return is_gone ? DatagramReader::Next::Stop : DatagramReader::Next::GoOn;
  });
  if (!is_gone) is_gone_ = nullptr;
}

}  // namespace ms::net
