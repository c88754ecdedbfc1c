#include "server/net/direct_path.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>

#include "server/net/datagram_reader.h"
#include "server/net/udp_socket.h"
#include "server/net/worker_loops.h"

namespace ms::net {
namespace {

// RFC 8489, section 5: the two upper bits are zero; RFC 7983: 0..3 is STUN.
bool isStun(Bytes head) { return !head.empty() && head[0] <= 3; }
// A Binding success response.
bool isStunResponse(Bytes head) { return head.size() >= 2 && loadBe16(head, 0) == 0x0101; }

}  // namespace

std::shared_ptr<DirectPath> DirectPath::make(Worker& worker, int descriptor,
                                             const SocketAddress& remote) {
  const int own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return nullptr;
  askForBuffers(own);
  return std::shared_ptr<DirectPath>(new DirectPath(worker, own, descriptor, remote));
}

DirectPath::DirectPath(Worker& worker, int descriptor, int made_of, const SocketAddress& remote)
    : descriptor_(descriptor),
      made_of_(made_of),
      remote_(remote),
      buffer_((worker.loop().assertHere(), worker.services().reader.buffer())),
      path_(std::in_place, worker.services().sends, descriptor, remote) {}

DirectPath::~DirectPath() {
  path_.reset();
  close(descriptor_);
}

DirectPath::Head DirectPath::lookAtHead() const {
  std::array<std::uint8_t, 2> first_bytes;
  SocketAddress from;
  iovec vector{first_bytes.data(), first_bytes.size()};
  msghdr header{.msg_name = from.data(),
                .msg_namelen = SocketAddress::kCapacity,
                .msg_iov = &vector,
                .msg_iovlen = 1,
                .msg_control = nullptr,
                .msg_controllen = 0,
                .msg_flags = 0};
  const ssize_t size = recvmsg(descriptor_, &header, MSG_PEEK | MSG_DONTWAIT);
  if (size < 0) return Head::None;
  if (from != remote_) return Head::Foreign;
  const Bytes head(first_bytes.data(), static_cast<std::size_t>(size));
  if (isStunResponse(head)) return Head::StunResponse;
  return isStun(head) ? Head::Stun : Head::Media;
}

// Nobody else reads between the look and this.
MutableBytes DirectPath::takeHead() {
  const ssize_t size = recv(descriptor_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  return buffer_.first(size < 0 ? 0 : static_cast<std::size_t>(size));
}

void DirectPath::drop() {
  (void)takeHead();
  ++dropped_foreign_;
}

bool DirectPath::mayShowForeign(Timestamp now) {
  if (now - foreign_second_ >= std::chrono::seconds(1)) {
    foreign_second_ = now;
    foreign_looks_ = 0;
  }
  return foreign_looks_++ < kMaxForeignLooksPerSecond;
}

}  // namespace ms::net
