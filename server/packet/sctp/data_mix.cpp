#include "server/packet/sctp/data_mix.h"

#include <algorithm>
#include <utility>

namespace ms::sctp {

DataMix::~DataMix() {
  for (DataSink* sink : std::exchange(sinks_, {})) sink->onSourceDetached(*this);
  setSources({});
}

void DataMix::setSources(const std::vector<DataSource*>& sources) {
  for (DataSource* former : std::vector(sources_))
    if (std::ranges::find(sources, former) == sources.end()) former->removeSink(*this);
  for (DataSource* source : sources) source->addSink(*this);
}

void DataMix::addSink(DataSink& sink) {
  if (std::ranges::find(sinks_, &sink) != sinks_.end()) return;
  sinks_.push_back(&sink);
  sink.onSourceAttached(*this);
  onRoomChanged();
}

void DataMix::removeSink(DataSink& sink) {
  if (std::erase(sinks_, &sink) == 0) return;
  sink.onSourceDetached(*this);
  onRoomChanged();
}

void DataMix::onRoomChanged() {
  if (std::exchange(is_asked_, true)) return;
  for (DataSource* source : std::vector(sources_)) source->onRoomChanged();
  is_asked_ = false;
}

Room DataMix::room() const {
  if (std::exchange(is_asked_, true)) return Room::Absent;
  Room most = Room::Absent;
  for (const DataSink* sink : sinks_) {
    const Room room = sink->room();
    if (room == Room::Some || most == Room::Absent) most = room;
    if (most == Room::Some) break;
  }
  is_asked_ = false;
  return most;
}

void DataMix::onData(const DataMessage& message) {
  if (std::exchange(is_passing_, true)) return;
  for (DataSink* sink : std::vector(sinks_)) sink->onData(message);
  is_passing_ = false;
}

void DataMix::onSourceAttached(DataSource& source) { sources_.push_back(&source); }

void DataMix::onSourceDetached(DataSource& source) { std::erase(sources_, &source); }

}  // namespace ms::sctp
