// Data of several sources as that of one: every message of each goes to every sink. A message that
// comes back in a circle of links is dropped.
//
// Room is that of the sinks: a source goes on as long as one of them keeps up (data_link.h).
#pragma once

#include <vector>

#include "server/packet/sctp/data_link.h"

namespace ms::sctp {

class DataMix final : public DataSource, public DataSink {
 public:
  DataMix() = default;
  // Ends all links.
  ~DataMix();
  DataMix(const DataMix&) = delete;
  DataMix& operator=(const DataMix&) = delete;

  // These and no others from now on.
  void setSources(const std::vector<DataSource*>& sources);

  // DataSource.
  void addSink(DataSink& sink) override;
  void removeSink(DataSink& sink) override;
  void onRoomChanged() override;

  // DataSink, of all sources.
  Room room() const override;
  void onData(const DataMessage& message) override;
  void onSourceAttached(DataSource& source) override;
  void onSourceDetached(DataSource& source) override;

 private:
  std::vector<DataSource*> sources_;
  std::vector<DataSink*> sinks_;
  mutable bool is_asked_ = false;  // While it asks others: who comes back goes in a circle.
  bool is_passing_ = false;
};

}  // namespace ms::sctp
