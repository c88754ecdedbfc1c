// The data channels of one remote peer, joined: an association and its channels, as a source of
// what the peer sends and a sink for what is sent to it.
//
// Which channel a message of the pipeline goes to: the oldest open one with the label of the
// channel it came from, else the oldest open one. With no open channel it is lost.
//
// Lives on the loop of the Stack; the observer must not destroy it inside a callback.
#pragma once

#include <vector>

#include "server/base/units.h"
#include "server/packet/sctp/association.h"
#include "server/packet/sctp/data_channels.h"
#include "server/packet/sctp/data_link.h"

namespace ms::sctp {

struct DataPeerConfig {
  // RFC 8841 §6.1: what a description that does not say it means.
  static constexpr std::size_t kDefaultMaxMessageBytes = 65536;

  Role role = Role::Client;
  PortPair ports;
  std::size_t max_message_bytes = kDefaultMaxMessageBytes;
};

// FromPeer: what the peer sends reaches the source. ToPeer: what a source gives is sent.
enum class DataDirection : std::uint8_t { FromPeer, ToPeer };
enum class DataFlow : std::uint8_t { NotFlowing, Flowing };

class DataPeerObserver {
 public:
  // To be sent now; valid during the call, in which nothing here may be called.
  virtual void onPacket(Bytes packet) = 0;
  // Channels can be opened; or no more, ever.
  virtual void onDataConnected() = 0;
  virtual void onDataClosed() = 0;
  virtual void onChannelOpened(StreamId channel) = 0;
  virtual void onChannelClosed(StreamId channel) = 0;
  // Flowing with the first message; NotFlowing when none passed between two looks.
  virtual void onDataFlow(DataDirection direction, DataFlow flow) = 0;

 protected:
  ~DataPeerObserver() = default;
};

struct DataStatistics {
  std::uint64_t channels_opened = 0;
  std::uint64_t channels_closed = 0;
  std::vector<ChannelStatistics> channels;  // Those that are not closed.
  DropCounters drops;
};

class DataPeer final : public DataSource,
                       public DataSink,
                       private AssociationObserver,
                       private MessageCarrier,
                       private DataChannelsObserver {
 public:
  static constexpr Duration kFlowCheckInterval = std::chrono::milliseconds(2000);

  DataPeer(Stack& stack, const DataPeerConfig& config, DataPeerObserver& observer, Timestamp now);
  // Ends the links; aborts the association without a word to the observer.
  ~DataPeer();
  DataPeer(const DataPeer&) = delete;
  DataPeer& operator=(const DataPeer&) = delete;

  // The DTLS connection is there.
  void connect() { association_.connect(); }
  // It is gone, and with it the association and all channels.
  void disconnect();
  // What is refused is counted.
  void receive(Bytes packet);
  // Tells the peer (ABORT) and ends the links.
  void stop();

  // Drop: NotConnected, LabelTooLong, TooManyChannels, BufferFull.
  std::expected<StreamId, Drop> open(ChannelParameters parameters);
  // Drop: UnknownStream.
  std::expected<void, Drop> close(StreamId channel);

  // Fed by `source` alone from now on, or by nobody.
  void setSource(DataSource* source);

  // Looks at the flow states; called every kFlowCheckInterval.
  void checkFlow();
  DataStatistics statistics() const;

  // DataSource.
  void addSink(DataSink& sink) override;
  void removeSink(DataSink& sink) override;
  void onRoomChanged() override { association_.resume(); }

  // DataSink.
  Room room() const override;
  void onData(const DataMessage& message) override;
  void onSourceAttached(DataSource& source) override { source_ = &source; }
  void onSourceDetached(DataSource& source) override;

 private:
  // AssociationObserver.
  void onPacket(Bytes packet) override { observer_.onPacket(packet); }
  void onConnected() override;
  void onClosed() override;
  bool wantsMessages() const override;
  void onMessage(StreamId stream, std::uint32_t protocol, Bytes message) override;
  void onOversizedMessage(StreamId stream) override;
  void onStreamsReset(ResetDirection direction, std::span<const StreamId> streams) override;
  void onWritable() override;

  // MessageCarrier.
  std::expected<void, Drop> send(const OutgoingMessage& message) override;
  void resetStreams(std::span<const StreamId> streams) override;

  // DataChannelsObserver.
  void onChannelOpened(StreamId channel) override;
  void onChannelClosed(StreamId channel) override;
  void onChannelMessage(StreamId channel, const DataMessage& message) override;

  struct Flow {
    DataFlow state = DataFlow::NotFlowing;
    bool is_seen = false;
  };
  void noteFlow(Flow& flow, DataDirection direction);
  void checkFlow(Flow& flow, DataDirection direction);
  void tellRoom();
  void unlink();

  DataPeerObserver& observer_;
  Association association_;
  DataChannels channels_;
  std::vector<DataSink*> sinks_;
  DataSource* source_ = nullptr;
  Flow from_peer_;
  Flow to_peer_;
  std::uint64_t channels_opened_ = 0;
  std::uint64_t channels_closed_ = 0;
};

}  // namespace ms::sctp
