#include "server/packet/sctp/data_peer.h"

#include <algorithm>
#include <utility>

namespace ms::sctp {

DataPeer::DataPeer(Stack& stack, const DataPeerConfig& config, DataPeerObserver& observer,
                   Timestamp now)
    : observer_(observer),
      association_(stack, config.ports, *this, now),
      channels_(config.role, config.max_message_bytes, *this, *this) {}

DataPeer::~DataPeer() { unlink(); }

void DataPeer::receive(Bytes packet) {
  if (const auto taken = association_.receive(packet); !taken)
    channels_.drops().count(taken.error());
}

void DataPeer::disconnect() {
  if (association_.state() == AssociationState::Closed) return;
  association_.abort();
  onClosed();
}

void DataPeer::stop() {
  unlink();
  association_.abort();
}

std::expected<StreamId, Drop> DataPeer::open(ChannelParameters parameters) {
  return channels_.open(std::move(parameters));
}

std::expected<void, Drop> DataPeer::close(StreamId channel) { return channels_.close(channel); }

// ---- Links ----

void DataPeer::setSource(DataSource* source) {
  if (source_ == source) return;
  if (source_) source_->removeSink(*this);
  if (source) source->addSink(*this);
}

void DataPeer::addSink(DataSink& sink) {
  if (std::ranges::find(sinks_, &sink) != sinks_.end()) return;
  sinks_.push_back(&sink);
  sink.onSourceAttached(*this);
  association_.resume();
}

void DataPeer::removeSink(DataSink& sink) {
  if (std::erase(sinks_, &sink) == 0) return;
  sink.onSourceDetached(*this);
  association_.resume();
}

void DataPeer::onSourceDetached(DataSource& source) {
  if (source_ == &source) source_ = nullptr;
}

void DataPeer::unlink() {
  for (DataSink* sink : std::exchange(sinks_, {})) sink->onSourceDetached(*this);
  if (source_) source_->removeSink(*this);
}

Room DataPeer::room() const {
  if (!channels_.channelFor({})) return Room::Absent;
  return channels_.hasRoom() ? Room::Some : Room::Full;
}

bool DataPeer::wantsMessages() const {
  const auto is = [](Room room) { return [room](DataSink* sink) { return sink->room() == room; }; };
  return std::ranges::any_of(sinks_, is(Room::Some)) ||
         std::ranges::none_of(sinks_, is(Room::Full));
}

void DataPeer::tellRoom() {
  if (source_) source_->onRoomChanged();
}

void DataPeer::onData(const DataMessage& message) {
  const auto channel = channels_.channelFor(message.label);
  if (!channel) return channels_.drops().count(Drop::NoChannel);
  if (const auto sent = channels_.send(*channel, message.kind, message.bytes); !sent)
    return channels_.drops().count(sent.error());
  noteFlow(to_peer_, DataDirection::ToPeer);
}

void DataPeer::onChannelMessage(StreamId, const DataMessage& message) {
  noteFlow(from_peer_, DataDirection::FromPeer);
  for (DataSink* sink : std::vector(sinks_)) sink->onData(message);
}

// ---- Association ----

void DataPeer::onConnected() {
  channels_.onConnected(association_.streams());
  observer_.onDataConnected();
}

void DataPeer::onClosed() {
  channels_.onClosed();
  tellRoom();
  observer_.onDataClosed();
}

void DataPeer::onMessage(StreamId stream, std::uint32_t protocol, Bytes message) {
  channels_.onMessage(stream, protocol, message);
}

// Its sender would wait for ever for what cannot come, so it sees the channel close.
void DataPeer::onOversizedMessage(StreamId stream) {
  channels_.drops().count(Drop::TooLong);
  if (!channels_.close(stream)) channels_.drops().count(Drop::UnknownStream);
}

void DataPeer::onStreamsReset(ResetDirection direction, std::span<const StreamId> streams) {
  if (direction == ResetDirection::Incoming)
    channels_.onIncomingReset(streams);
  else
    channels_.onOutgoingReset(streams);
  tellRoom();
}

void DataPeer::onWritable() {
  const Room before = room();
  channels_.onWritable();
  if (room() != before) tellRoom();
}

std::expected<void, Drop> DataPeer::send(const OutgoingMessage& message) {
  return association_.send(message);
}

void DataPeer::resetStreams(std::span<const StreamId> streams) {
  association_.resetStreams(streams);
}

// ---- Channels ----

void DataPeer::onChannelOpened(StreamId channel) {
  ++channels_opened_;
  tellRoom();
  observer_.onChannelOpened(channel);
}

void DataPeer::onChannelClosed(StreamId channel) {
  ++channels_closed_;
  observer_.onChannelClosed(channel);
}

DataStatistics DataPeer::statistics() const {
  return {.channels_opened = channels_opened_,
          .channels_closed = channels_closed_,
          .channels = channels_.statistics(),
          .drops = channels_.drops()};
}

// ---- Flow ----

void DataPeer::noteFlow(Flow& flow, DataDirection direction) {
  flow.is_seen = true;
  if (std::exchange(flow.state, DataFlow::Flowing) == DataFlow::NotFlowing)
    observer_.onDataFlow(direction, DataFlow::Flowing);
}

void DataPeer::checkFlow() {
  checkFlow(from_peer_, DataDirection::FromPeer);
  checkFlow(to_peer_, DataDirection::ToPeer);
}

void DataPeer::checkFlow(Flow& flow, DataDirection direction) {
  if (std::exchange(flow.is_seen, false) || flow.state == DataFlow::NotFlowing) return;
  flow.state = DataFlow::NotFlowing;
  observer_.onDataFlow(direction, DataFlow::NotFlowing);
}

}  // namespace ms::sctp
