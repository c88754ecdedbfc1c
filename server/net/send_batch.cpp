#include "server/net/send_batch.h"

#include <netinet/udp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace ms::net {
namespace {

// Linux 4.18 and newer.
bool hasSegmentation() {
  const int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return false;
  int size = 0;
  socklen_t length = sizeof size;
  const bool is_known = getsockopt(descriptor, SOL_UDP, UDP_SEGMENT, &size, &length) == 0;
  close(descriptor);
  return is_known;
}

// By the kernel's UDP send path: no such option or more than the path's MTU (EINVAL, EMSGSIZE), no
// checksum in hardware or an IPsec policy (EIO).
bool refusesSegmentation(int error) {
  return error == EINVAL || error == EIO || error == EMSGSIZE || error == EOPNOTSUPP ||
         error == ENOPROTOOPT;
}

}  // namespace

SendBatch::Path::Path(SendBatch& batch, int descriptor, std::optional<SocketAddress> to)
    : batch_(batch), descriptor_(descriptor), to_(std::move(to)) {}

SendBatch::Path::~Path() {
  batch_.loop_.assertHere();
  batch_.remove(*this);
}

void SendBatch::Path::send(Bytes datagram) {
  batch_.loop_.assertHere();
  batch_.add(*this, datagram);
}

// The arena is not cleared: pages that no turn reaches never become resident.
SendBatch::SendBatch(Loop& loop, EndOfTurn& turns, SendMessages send_messages)
    : loop_(loop),
      send_messages_(send_messages),
      kernel_segments_(hasSegmentation()),
      arena_(std::make_unique_for_overwrite<std::uint8_t[]>(kArenaBytes)),
      end_of_turn_(turns, [this] { flush(); }) {
  entries_.reserve(kMaxDatagrams);
  pending_.reserve(kMaxDatagrams);
}

void SendBatch::add(Path& path, Bytes datagram) {
  if (datagram.size() > kMaxDatagramBytes) {
    ++counters_.dropped_too_large;
    return;
  }
  const bool is_portion = path.first_ == kNone && used_ >= kPortionBytes;
  if (is_portion || used_ + datagram.size() > kArenaBytes || entries_.size() == kMaxDatagrams)
    flush();
  end_of_turn_.wake();

  const auto index = static_cast<std::uint32_t>(entries_.size());
  std::ranges::copy(datagram, arena_.get() + used_);
  entries_.push_back(
      {static_cast<std::uint32_t>(used_), static_cast<std::uint32_t>(datagram.size()), kNone});
  used_ += datagram.size();
  if (path.first_ == kNone) {
    path.first_ = index;
    pending_.push_back(&path);
  } else {
    entries_[path.last_].next = index;
  }
  path.last_ = index;
}

void SendBatch::remove(Path& path) {
  if (path.first_ == kNone) return;
  std::ranges::replace(pending_, &path, nullptr);
  flush(path);
}

void SendBatch::flush() {
  loop_.assertHere();
  for (Path* path : pending_)
    if (path) flush(*path);
  pending_.clear();
  entries_.clear();
  used_ = 0;
}

// Sends the path's entries in as few calls as it takes.
void SendBatch::flush(Path& path) {
  while (path.first_ != kNone) {
    const std::size_t filled = fillCall(path);
    const int sent = send_messages_(path.descriptor_, messages_.data(),
                                    static_cast<unsigned>(filled), MSG_DONTWAIT | MSG_NOSIGNAL);
    const int error = errno;
    ++counters_.system_calls;
    for (int i = 0; i < sent; ++i) count(groups_[static_cast<std::size_t>(i)]);
    if (sent > 0)
      path.first_ = groups_[static_cast<std::size_t>(sent) - 1].after;
    else if (!goOnAfterError(path, error))
      dropRest(path);
  }
  path.last_ = kNone;
}

// As many messages from the path's first entry on as one call takes; how many.
std::size_t SendBatch::fillCall(Path& path) {
  const bool may_segment = kernel_segments_ && path.may_segment_;
  std::size_t filled = 0, at_vector = 0;
  for (std::uint32_t next = path.first_;
       next != kNone && filled < kMaxMessagesPerCall && at_vector < kMaxVectorsPerCall; ++filled) {
    const Group group = takeGroup(next, may_segment, at_vector);
    writeMessage(path, filled, group, at_vector);
    groups_[filled] = group;
    at_vector += group.count;
    next = group.after;
  }
  return filled;
}

// From `first` on, the entries that one message takes: equal sizes, the last one may be shorter.
SendBatch::Group SendBatch::takeGroup(std::uint32_t first, bool may_segment,
                                      std::size_t at_vector) {
  const std::uint32_t size = entries_[first].size;
  const std::size_t room = may_segment ? std::min(kMaxSegments, kMaxVectorsPerCall - at_vector) : 1;
  Group group{first, first, 0};
  std::size_t bytes = 0;
  bool is_last = false;
  while (group.after != kNone && group.count < room && !is_last) {
    const Entry& entry = entries_[group.after];
    const bool fits = entry.size <= size && bytes + entry.size <= kMaxSegmentedBytes;
    if (group.count > 0 && (!fits || entry.size == 0)) break;
    vectors_[at_vector + group.count] = {arena_.get() + entry.offset, entry.size};
    bytes += entry.size;
    is_last = entry.size < size;
    group.after = entry.next;
    ++group.count;
  }
  return group;
}

void SendBatch::writeMessage(Path& path, std::size_t at, const Group& group,
                             std::size_t at_vector) {
  msghdr& header = messages_[at].msg_hdr;
  header = {};
  header.msg_name = path.to_ ? path.to_->data() : nullptr;
  header.msg_namelen = path.to_ ? path.to_->size() : 0;
  header.msg_iov = &vectors_[at_vector];
  header.msg_iovlen = group.count;
  if (group.count == 1) return;

  header.msg_control = controls_[at].bytes.data();
  header.msg_controllen = controls_[at].bytes.size();
  cmsghdr* const control = CMSG_FIRSTHDR(&header);
  control->cmsg_level = SOL_UDP;
  control->cmsg_type = UDP_SEGMENT;
  control->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
  const auto size = static_cast<std::uint16_t>(entries_[group.first].size);
  std::memcpy(CMSG_DATA(control), &size, sizeof size);
}

void SendBatch::count(const Group& group) {
  counters_.datagrams += group.count;
  if (group.count == 1) return;
  ++counters_.segmented_batches;
  counters_.segmented_datagrams += group.count;
}

// The first message of the call was refused. False: the socket takes nothing more now.
bool SendBatch::goOnAfterError(Path& path, int error) {
  if (error == EINTR) return true;
  if (error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS) return false;
  const Group& refused = groups_.front();
  if (refused.count > 1 && refusesSegmentation(error)) {
    path.may_segment_ = false;
    ++counters_.refused_batches;
    return true;
  }
  ++(error == EMSGSIZE ? counters_.dropped_too_large : counters_.dropped_unreachable);
  counters_.dropped_unreachable += refused.count - 1;
  path.first_ = refused.after;
  return true;
}

void SendBatch::dropRest(Path& path) {
  for (; path.first_ != kNone; path.first_ = entries_[path.first_].next)
    ++counters_.dropped_socket_full;
}

}  // namespace ms::net
