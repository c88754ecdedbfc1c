#include "server/packet/sctp/data_channels.h"

#include <algorithm>
#include <utility>

namespace ms::sctp {
namespace {

constexpr std::uint8_t kEmptyMessage[] = {0};  // RFC 8831 §6.6: one byte stands for none.

}  // namespace

DataChannels::DataChannels(Role role, std::size_t max_message_bytes, MessageCarrier& carrier,
                           DataChannelsObserver& observer)
    : role_(role), max_message_bytes_(max_message_bytes), carrier_(carrier), observer_(observer) {}

void DataChannels::onConnected(std::uint16_t streams) { streams_ = streams; }

void DataChannels::onClosed() {
  streams_ = 0;
  queue_.clear();
  queued_bytes_ = 0;
  refused_.clear();
  for (const auto& [stream, channel] : std::exchange(channels_, {}))
    if (channel.is_told) observer_.onChannelClosed(stream);
}

// ---- From the peer ----

void DataChannels::onMessage(StreamId stream, std::uint32_t protocol, Bytes message) {
  const auto known = static_cast<PayloadProtocol>(protocol);
  if (known == PayloadProtocol::Dcep) return onDcep(stream, message);
  const bool is_empty =
      known == PayloadProtocol::EmptyText || known == PayloadProtocol::EmptyBinary;
  const bool is_text = known == PayloadProtocol::Text || known == PayloadProtocol::EmptyText;
  if (!is_empty && !is_text && known != PayloadProtocol::Binary)
    return drops_.count(Drop::UnknownProtocol);

  Channel* const channel = channelOfMessage(stream);
  if (!channel) return drops_.count(Drop::UnknownStream);
  markOpen(stream, *channel);
  const Bytes bytes = is_empty ? Bytes() : message;
  ++channel->counters.messages_received;
  channel->counters.bytes_received += bytes.size();
  observer_.onChannelMessage(stream, {.label = channel->parameters.label,
                                      .kind = is_text ? DataKind::Text : DataKind::Binary,
                                      .bytes = bytes});
}

DataChannels::Channel* DataChannels::channelOfMessage(StreamId stream) {
  const auto found = channels_.find(stream);
  if (found != channels_.end()) return found->second.is_incoming_reset ? nullptr : &found->second;
  if (refused_.contains(stream) || *stream >= streams_ || channels_.size() >= kMaxChannels)
    return nullptr;
  Channel& channel = add(stream, {});
  channel.is_unannounced = true;
  return &channel;
}

DataChannels::Channel& DataChannels::add(StreamId stream, ChannelParameters parameters) {
  Channel& channel = channels_[stream];
  channel.parameters = std::move(parameters);
  channel.age = next_age_++;
  return channel;
}

void DataChannels::onDcep(StreamId stream, Bytes message) {
  const auto type = dcepType(message);
  if (!type) return drops_.count(type.error());
  if (*type == DcepType::Open) return onOpen(stream, message);
  const auto found = channels_.find(stream);
  if (found == channels_.end()) return drops_.count(Drop::UnknownStream);
  markOpen(stream, found->second);
}

void DataChannels::onOpen(StreamId stream, Bytes message) {
  const auto found = channels_.find(stream);
  const bool is_known = found != channels_.end();
  if (is_known && !std::exchange(found->second.is_unannounced, false))
    return drops_.count(Drop::StreamInUse);
  if (isOurs(stream)) return refuse(stream, Drop::WrongParity);
  if (!is_known && channels_.size() >= kMaxChannels) return refuse(stream, Drop::TooManyChannels);
  auto parameters = parseOpen(message);
  if (!parameters) return refuse(stream, parameters.error());

  Channel& channel = is_known ? found->second : add(stream, {});
  channel.parameters = std::move(*parameters);
  if (const auto sent = write(stream, PayloadProtocol::Dcep, kAckMessage); !sent)
    drops_.count(sent.error());
  markOpen(stream, channel);
}

// The peer sees a channel that closes at once.
void DataChannels::refuse(StreamId stream, Drop reason) {
  drops_.count(reason);
  refused_.insert(stream);
  const StreamId streams[] = {stream};
  carrier_.resetStreams(streams);
}

void DataChannels::markOpen(StreamId stream, Channel& channel) {
  channel.is_acknowledged = true;
  if (channel.state != ChannelState::Connecting) return;
  channel.state = ChannelState::Open;
  channel.is_told = true;
  observer_.onChannelOpened(stream);
}

// ---- Closing ----

std::expected<void, Drop> DataChannels::close(StreamId stream) {
  const auto found = channels_.find(stream);
  if (found == channels_.end()) return std::unexpected(Drop::UnknownStream);
  found->second.state = ChannelState::Closing;
  resetDrained();
  return {};
}

// What we still had for it nobody reads any more.
void DataChannels::onIncomingReset(std::span<const StreamId> streams) {
  for (const StreamId stream : streams) {
    refused_.erase(stream);
    const auto found = channels_.find(stream);
    if (found == channels_.end()) continue;
    found->second.is_incoming_reset = true;
    found->second.state = ChannelState::Closing;
    std::erase_if(queue_, [&](const Queued& queued) {
      if (queued.stream == stream) queued_bytes_ -= queued.bytes.size();
      return queued.stream == stream;
    });
  }
  resetDrained();
  for (const StreamId stream : streams) maybeGone(stream);
}

void DataChannels::onOutgoingReset(std::span<const StreamId> streams) {
  for (const StreamId stream : streams) {
    const auto found = channels_.find(stream);
    if (found == channels_.end()) continue;
    if (found->second.is_reset_asked) found->second.is_outgoing_reset = true;
    maybeGone(stream);
  }
}

// Of channels that close, those of which nothing waits here any more.
void DataChannels::resetDrained() {
  std::vector<StreamId> drained;
  for (auto& [stream, channel] : channels_) {
    if (channel.state != ChannelState::Closing || channel.is_reset_asked) continue;
    if (std::ranges::find(queue_, stream, &Queued::stream) != queue_.end()) continue;
    channel.is_reset_asked = true;
    drained.push_back(stream);
  }
  if (!drained.empty()) carrier_.resetStreams(drained);
}

void DataChannels::maybeGone(StreamId stream) {
  const auto found = channels_.find(stream);
  if (found == channels_.end() || !found->second.is_incoming_reset ||
      !found->second.is_outgoing_reset)
    return;
  const bool is_told = found->second.is_told;
  channels_.erase(found);
  if (is_told) observer_.onChannelClosed(stream);
}

// ---- To the peer ----

std::expected<StreamId, Drop> DataChannels::open(ChannelParameters parameters) {
  if (streams_ == 0) return std::unexpected(Drop::NotConnected);
  if (std::max(parameters.label.size(), parameters.protocol.size()) > kMaxLabelBytes)
    return std::unexpected(Drop::LabelTooLong);
  std::uint32_t stream = role_ == Role::Client ? 0 : 1;
  while (stream < streams_ && channels_.contains(StreamId(static_cast<std::uint16_t>(stream))))
    stream += 2;
  if (stream >= streams_ || channels_.size() >= kMaxChannels)
    return std::unexpected(Drop::TooManyChannels);

  const StreamId id(static_cast<std::uint16_t>(stream));
  if (const auto sent = write(id, PayloadProtocol::Dcep, writeOpen(parameters)); !sent)
    return std::unexpected(sent.error());
  add(id, std::move(parameters));
  return id;
}

std::expected<void, Drop> DataChannels::send(StreamId stream, DataKind kind, Bytes bytes) {
  const auto found = channels_.find(stream);
  if (found == channels_.end() || found->second.state != ChannelState::Open)
    return std::unexpected(Drop::UnknownStream);
  if (bytes.size() > max_message_bytes_) return std::unexpected(Drop::TooLong);
  const bool is_text = kind == DataKind::Text;
  auto protocol = is_text ? PayloadProtocol::Text : PayloadProtocol::Binary;
  if (bytes.empty()) protocol = is_text ? PayloadProtocol::EmptyText : PayloadProtocol::EmptyBinary;
  const auto sent = write(stream, protocol, bytes.empty() ? Bytes(kEmptyMessage) : bytes);
  if (!sent) return sent;
  ++found->second.counters.messages_sent;
  found->second.counters.bytes_sent += bytes.size();
  return {};
}

std::expected<void, Drop> DataChannels::write(StreamId stream, PayloadProtocol protocol,
                                              Bytes bytes) {
  if (queue_.empty()) {
    const auto sent = carrier_.send(outgoing(stream, protocol, bytes));
    if (sent || sent.error() != Drop::BufferFull) return sent;
  }
  if (queued_bytes_ + bytes.size() > kMaxQueuedBytes) return std::unexpected(Drop::BufferFull);
  queued_bytes_ += bytes.size();
  queue_.push_back({stream, protocol, {bytes.begin(), bytes.end()}});
  return {};
}

// RFC 8832 §6: DCEP itself, and all until the peer has acknowledged the channel, goes in order;
// what opens a channel must arrive.
OutgoingMessage DataChannels::outgoing(StreamId stream, PayloadProtocol protocol,
                                       Bytes bytes) const {
  OutgoingMessage message{
      .stream = stream, .protocol = protocol, .reliability = {}, .bytes = bytes};
  const auto found = channels_.find(stream);
  if (protocol == PayloadProtocol::Dcep || found == channels_.end()) return message;
  message.ordered = found->second.parameters.ordered || !found->second.is_acknowledged;
  message.reliability = found->second.parameters.reliability;
  return message;
}

void DataChannels::onWritable() {
  while (!queue_.empty()) {
    const Queued& next = queue_.front();
    const auto sent = carrier_.send(outgoing(next.stream, next.protocol, next.bytes));
    if (!sent && sent.error() == Drop::BufferFull) break;
    if (!sent) drops_.count(sent.error());
    queued_bytes_ -= next.bytes.size();
    queue_.pop_front();
  }
  resetDrained();
}

// ---- What others see ----

bool DataChannels::isOurs(StreamId stream) const {
  return (*stream % 2 == 0) == (role_ == Role::Client);
}

std::optional<StreamId> DataChannels::channelFor(std::string_view label) const {
  std::optional<StreamId> oldest, labelled;
  std::uint64_t oldest_age = 0, labelled_age = 0;
  for (const auto& [stream, channel] : channels_) {
    if (channel.state != ChannelState::Open) continue;
    if (!oldest || channel.age < oldest_age) {
      oldest = stream;
      oldest_age = channel.age;
    }
    if (channel.parameters.label == label && (!labelled || channel.age < labelled_age)) {
      labelled = stream;
      labelled_age = channel.age;
    }
  }
  return labelled ? labelled : oldest;
}

std::string_view DataChannels::labelOf(StreamId channel) const {
  const auto found = channels_.find(channel);
  return found == channels_.end() ? std::string_view() : found->second.parameters.label;
}

std::vector<ChannelStatistics> DataChannels::statistics() const {
  std::vector<ChannelStatistics> list;
  for (const auto& [stream, channel] : channels_)
    list.push_back({.id = stream,
                    .parameters = channel.parameters,
                    .state = channel.state,
                    .counters = channel.counters});
  return list;
}

}  // namespace ms::sctp
