#include "server/packet/sctp/association.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <usrsctp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace ms::sctp {
namespace {

// RFC 9260 §16 with the waits of a call, not of a data centre.
constexpr sctp_rtoinfo kRetransmission{
    .srto_assoc_id = SCTP_FUTURE_ASSOC, .srto_initial = 500, .srto_max = 3000, .srto_min = 200};
constexpr std::uint16_t kMaxRetransmissions = 10;  // In a row: then the peer is gone.
constexpr std::uint16_t kMaxInitAttempts = 20;
constexpr int kReadsPerTurn = 256;

sockaddr_conn addressOf(void* address, std::uint16_t port) {
  sockaddr_conn result{};
  result.sconn_family = AF_CONN;
  result.sconn_port = htons(port);
  result.sconn_addr = address;
  return result;
}

template <class Value>
bool setOption(struct ::socket* socket, int option, const Value& value) {
  return usrsctp_setsockopt(socket, IPPROTO_SCTP, option, &value, sizeof value) == 0;
}

bool isWouldBlock(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINPROGRESS || error == ENOBUFS;
}

}  // namespace

Association::Association(Stack& stack, PortPair ports, AssociationObserver& observer, Timestamp now)
    : stack_(stack), ports_(ports), observer_(&observer), address_(stack.takeAddress(*this, now)) {}

Association::~Association() {
  observer_ = nullptr;
  closeSocket();
  stack_.giveBack(address_);
}

void Association::connect() {
  if (state_ != AssociationState::New) return;
  state_ = AssociationState::Connecting;
  if (!openSocket()) end();
}

bool Association::openSocket() {
  socket_ = usrsctp_socket(AF_CONN, SOCK_STREAM, IPPROTO_SCTP, nullptr, nullptr, 0, nullptr);
  if (!socket_ || !setOptions()) return false;
  usrsctp_set_upcall(
      socket_,
      [](struct ::socket*, void* address, int) {
        auto& at = *static_cast<Stack::Address*>(address);
        if (at.owner) at.stack->mark(*at.owner);
      },
      &address_);
  auto local = addressOf(&address_, ports_.local);
  auto remote = addressOf(&address_, ports_.remote);
  if (usrsctp_bind(socket_, reinterpret_cast<sockaddr*>(&local), sizeof local) != 0) return false;
  if (usrsctp_connect(socket_, reinterpret_cast<sockaddr*>(&remote), sizeof remote) != 0 &&
      errno != EINPROGRESS)
    return false;
  fixPacketSize();
  return true;
}

bool Association::setOptions() {
  const linger abort_on_close{.l_onoff = 1, .l_linger = 0};
  const int buffer = kBufferBytes;
  const int on = 1;
  const std::uint32_t partial_delivery_point = kMaxMessageBytes;
  const sctp_initmsg init{.sinit_num_ostreams = kMaxStreams,
                          .sinit_max_instreams = kMaxStreams,
                          .sinit_max_attempts = kMaxInitAttempts,
                          .sinit_max_init_timeo = 0};
  sctp_assocparams params{};
  params.sasoc_assoc_id = SCTP_FUTURE_ASSOC;
  params.sasoc_asocmaxrxt = kMaxRetransmissions;
  const sctp_assoc_value reset{.assoc_id = SCTP_FUTURE_ASSOC,
                               .assoc_value = SCTP_ENABLE_RESET_STREAM_REQ};
  bool done = usrsctp_set_non_blocking(socket_, 1) == 0;
  done &= usrsctp_setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abort_on_close,
                             sizeof abort_on_close) == 0;
  done &= usrsctp_setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer) == 0;
  done &= usrsctp_setsockopt(socket_, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer) == 0;
  done &= setOption(socket_, SCTP_NODELAY, on);
  done &= setOption(socket_, SCTP_RECVRCVINFO, on);
  done &= setOption(socket_, SCTP_PARTIAL_DELIVERY_POINT, partial_delivery_point);
  done &= setOption(socket_, SCTP_INITMSG, init);
  done &= setOption(socket_, SCTP_RTOINFO, kRetransmission);
  done &= setOption(socket_, SCTP_ASSOCINFO, params);
  done &= setOption(socket_, SCTP_ENABLE_STREAM_RESET, reset);
  for (const std::uint16_t type :
       {SCTP_ASSOC_CHANGE, SCTP_STREAM_RESET_EVENT, SCTP_PARTIAL_DELIVERY_EVENT}) {
    const sctp_event event{.se_assoc_id = SCTP_FUTURE_ASSOC, .se_type = type, .se_on = 1};
    done &= setOption(socket_, SCTP_EVENT, event);
  }
  return done;
}

// What we send over cannot be probed for: DTLS has one record size, and that is what there is.
void Association::fixPacketSize() {
  sctp_paddrparams path{};
  const auto remote = addressOf(&address_, ports_.remote);
  std::memcpy(&path.spp_address, &remote, sizeof remote);
  path.spp_flags = SPP_PMTUD_DISABLE;
  path.spp_pathmtu = kMaxPacketBytes - kCommonHeaderBytes;  // usrsctp counts without the header.
  setOption(socket_, SCTP_PEER_ADDR_PARAMS, path);
}

std::expected<void, Drop> Association::receive(Bytes packet) {
  if (!socket_) return std::unexpected(Drop::NotConnected);
  if (const auto check = checkPacket(packet, ports_); !check) return check;
  usrsctp_conninput(&address_, packet.data(), packet.size(), 0);
  stack_.mark(*this);
  stack_.serveMarked();
  return {};
}

std::expected<void, Drop> Association::send(const OutgoingMessage& message) {
  if (state_ != AssociationState::Connected) return std::unexpected(Drop::NotConnected);
  if (message.bytes.size() > kMaxMessageBytes) return std::unexpected(Drop::TooLong);
  sctp_sendv_spa how{};
  how.sendv_flags = SCTP_SEND_SNDINFO_VALID;
  how.sendv_sndinfo.snd_sid = *message.stream;
  how.sendv_sndinfo.snd_ppid = htonl(static_cast<std::uint32_t>(message.protocol));
  how.sendv_sndinfo.snd_flags = message.ordered ? 0 : SCTP_UNORDERED;
  if (message.reliability.policy != Reliability::Policy::Full) {
    how.sendv_flags |= SCTP_SEND_PRINFO_VALID;
    how.sendv_prinfo.pr_policy = message.reliability.policy == Reliability::Policy::MaxRetransmits
                                     ? SCTP_PR_SCTP_RTX
                                     : SCTP_PR_SCTP_TTL;
    how.sendv_prinfo.pr_value = message.reliability.limit;
  }
  const ssize_t sent = usrsctp_sendv(socket_, message.bytes.data(), message.bytes.size(), nullptr,
                                     0, &how, sizeof how, SCTP_SENDV_SPA, 0);
  if (sent >= 0) return {};
  if (!isWouldBlock(errno)) return std::unexpected(Drop::NotConnected);
  is_send_blocked_ = true;
  return std::unexpected(Drop::BufferFull);
}

// While another reset is under way usrsctp says EALREADY, and does this one after it.
void Association::resetStreams(std::span<const StreamId> streams) {
  if (state_ != AssociationState::Connected || streams.empty()) return;
  std::vector<std::uint16_t> words(sizeof(sctp_reset_streams) / sizeof(std::uint16_t));
  sctp_reset_streams header{};
  header.srs_flags = SCTP_STREAM_RESET_OUTGOING;
  header.srs_number_streams = static_cast<std::uint16_t>(streams.size());
  std::memcpy(words.data(), &header, sizeof header);
  for (const StreamId stream : streams) words.push_back(*stream);
  usrsctp_setsockopt(socket_, IPPROTO_SCTP, SCTP_RESET_STREAMS, words.data(),
                     static_cast<socklen_t>(words.size() * sizeof(std::uint16_t)));
}

void Association::resume() {
  stack_.mark(*this);
  stack_.serveMarked();
}

void Association::abort() {
  state_ = AssociationState::Closed;
  closeSocket();
  observer_ = nullptr;
}

void Association::serve() {
  if (!socket_ || !observer_) return;
  readMessages();
  if (!socket_ || !observer_ || !is_send_blocked_) return;
  is_send_blocked_ = false;
  observer_->onWritable();
}

// With a bound, so that others get their turn.
void Association::readMessages() {
  for (int reads = 0; socket_ && observer_ && observer_->wantsMessages(); ++reads) {
    if (reads >= kReadsPerTurn) return stack_.mark(*this);
    switch (readOne()) {
      case Read::Some:
        break;
      case Read::Nothing:
        return;
      case Read::End:
        return end();
    }
  }
}

Association::Read Association::readOne() {
  std::vector<std::uint8_t>& buffer = stack_.read_buffer_;
  sctp_rcvinfo info{};
  socklen_t info_bytes = sizeof info;
  unsigned int info_type = SCTP_RECVV_NOINFO;
  int flags = 0;
  const ssize_t bytes = usrsctp_recvv(socket_, buffer.data(), buffer.size(), nullptr, nullptr,
                                      &info, &info_bytes, &info_type, &flags);
  if (bytes == 0) return Read::End;
  if (bytes < 0) {
    const bool waits =
        isWouldBlock(errno) || (errno == ENOTCONN && state_ == AssociationState::Connecting);
    return waits ? Read::Nothing : Read::End;
  }
  const Bytes part = Bytes(buffer).first(static_cast<std::size_t>(bytes));
  if (flags & MSG_NOTIFICATION)
    takeNotification(part);
  else if (info_type == SCTP_RECVV_RCVINFO)
    takePart(StreamId(info.rcv_sid), ntohl(info.rcv_ppid), part, (flags & MSG_EOR) != 0);
  return Read::Some;
}

// usrsctp hands out the parts of one message before those of the next.
void Association::takePart(StreamId stream, std::uint32_t protocol, Bytes part, bool is_last) {
  if (is_discarding_) {
    is_discarding_ = !is_last;
    return;
  }
  if (partial_.size() + part.size() > kMaxMessageBytes) {
    partial_ = {};
    is_discarding_ = !is_last;
    return observer_->onOversizedMessage(stream);
  }
  if (partial_.empty() && is_last) return observer_->onMessage(stream, protocol, part);
  partial_.insert(partial_.end(), part.begin(), part.end());
  if (!is_last) return;
  const auto message = std::exchange(partial_, {});
  observer_->onMessage(stream, protocol, message);
}

void Association::takeNotification(Bytes bytes) {
  sctp_notification::sctp_tlv header{};
  if (bytes.size() < sizeof header) return;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.sn_type == SCTP_STREAM_RESET_EVENT) return onStreamReset(bytes);
  if (header.sn_type == SCTP_PARTIAL_DELIVERY_EVENT) {
    partial_ = {};
    is_discarding_ = false;
    return;
  }
  sctp_assoc_change change{};
  if (header.sn_type != SCTP_ASSOC_CHANGE || bytes.size() < sizeof change) return;
  std::memcpy(&change, bytes.data(), sizeof change);
  if (change.sac_state == SCTP_COMM_UP)
    streams_ = std::min(change.sac_inbound_streams, change.sac_outbound_streams);
  onAssociationChange(change.sac_state);
}

// A peer that begins anew has forgotten its channels: for us that is the end.
void Association::onAssociationChange(std::uint16_t what) {
  if (what != SCTP_COMM_UP) return end();
  if (state_ != AssociationState::Connecting) return;
  state_ = AssociationState::Connected;
  observer_->onConnected();
}

void Association::onStreamReset(Bytes bytes) {
  sctp_stream_reset_event event{};
  std::memcpy(&event, bytes.data(), sizeof event);
  if (event.strreset_flags & (SCTP_STREAM_RESET_DENIED | SCTP_STREAM_RESET_FAILED)) return;
  std::vector<StreamId> streams;
  for (std::size_t at = sizeof event; at + sizeof(std::uint16_t) <= bytes.size();
       at += sizeof(std::uint16_t)) {
    std::uint16_t stream = 0;
    std::memcpy(&stream, bytes.data() + at, sizeof stream);
    streams.emplace_back(stream);
  }
  for (std::uint16_t stream = 0; bytes.size() == sizeof event && stream < streams_; ++stream)
    streams.emplace_back(stream);  // None named: all of them.
  if (event.strreset_flags & SCTP_STREAM_RESET_INCOMING_SSN)
    observer_->onStreamsReset(ResetDirection::Incoming, streams);
  if (observer_ && event.strreset_flags & SCTP_STREAM_RESET_OUTGOING_SSN)
    observer_->onStreamsReset(ResetDirection::Outgoing, streams);
}

void Association::onOutput(Bytes packet) {
  if (observer_) observer_->onPacket(packet);
}

void Association::closeSocket() {
  if (socket_) usrsctp_close(std::exchange(socket_, nullptr));
}

void Association::end() {
  if (state_ == AssociationState::Closed) return;
  state_ = AssociationState::Closed;
  closeSocket();
  if (AssociationObserver* const told = std::exchange(observer_, nullptr)) told->onClosed();
}

}  // namespace ms::sctp
