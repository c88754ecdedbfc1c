#include "server/net/direct_path.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>

#include "server/net/datagram_reader.h"
#include "server/net/udp_socket.h"
#include "server/net/worker_loops.h"
#include "server/packet/stun/username.h"

namespace ms::net {
namespace {

// As much of a datagram as is looked at: in a check, USERNAME is among the first attributes.
constexpr std::size_t kHeadBytes = 256;

// STUN, by RFC 7983.
bool isStun(Bytes head) { return !head.empty() && head[0] <= 3; }
// A Binding success response.
bool isStunResponse(Bytes head) { return head.size() >= 2 && loadBe16(head, 0) == 0x0101; }

}  // namespace

std::shared_ptr<DirectPath> DirectPath::make(Worker& worker, int descriptor,
                                             const SocketAddress& remote, std::string local_ufrag) {
  const int own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (own < 0) return nullptr;
  askForBuffers(own);
  const auto local = SocketAddress::ofSocket(own);
  return std::shared_ptr<DirectPath>(new DirectPath(
      worker, own, descriptor, local ? remote.seenFrom(*local) : remote, std::move(local_ufrag)));
}

DirectPath::DirectPath(Worker& worker, int descriptor, int made_of, const SocketAddress& remote,
                       std::string local_ufrag)
    : descriptor_(descriptor),
      made_of_(made_of),
      remote_(remote),
      local_ufrag_(std::move(local_ufrag)),
      buffer_((worker.loop().assertHere(), worker.services().reader.buffer())),
      path_(std::in_place, worker.services().sends, descriptor, remote) {}

DirectPath::~DirectPath() {
  path_.reset();
  close(descriptor_);
}

DirectPath::Head DirectPath::lookAtHead(Timestamp now) {
  SocketAddress from;
  iovec vector{buffer_.data(), kHeadBytes};
  msghdr header{.msg_name = from.data(),
                .msg_namelen = SocketAddress::kCapacity,
                .msg_iov = &vector,
                .msg_iovlen = 1,
                .msg_control = nullptr,
                .msg_controllen = 0,
                .msg_flags = 0};
  const ssize_t size = recvmsg(descriptor_, &header, MSG_PEEK | MSG_DONTWAIT);
  if (size < 0) return Head::None;
  if (size == 0) return Head::Empty;
  const Bytes head = buffer_.first(static_cast<std::size_t>(size));
  if (from != remote_) return isForTheAgent(head, from, now) ? Head::ForTheAgent : Head::Foreign;
  if (isStunResponse(head)) return Head::StunResponse;
  return isStun(head) ? Head::ForTheAgent : Head::Media;
}

bool DirectPath::isForTheAgent(Bytes head, const SocketAddress& from, Timestamp now) {
  if (std::ranges::find(known_senders_, from) != known_senders_.end()) return true;
  if (!stun::isStunMessage(head)) return false;
  if (!stun::isRequest(head)) return mayShowAnswer(now);
  if (!stun::isAddressedTo(stun::usernameOf(head), local_ufrag_)) return false;
  known_senders_[next_known_++ % kMaxKnownSenders] = from;
  return true;
}

bool DirectPath::mayShowAnswer(Timestamp now) {
  if (now - answers_since_ >= std::chrono::seconds(1)) {
    answers_since_ = now;
    answers_ = 0;
  }
  return answers_++ < kMaxForeignAnswersPerSecond;
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

}  // namespace ms::net
