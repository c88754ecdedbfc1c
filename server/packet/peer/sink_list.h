// The sinks of one source, which may come and go while a packet is being handed to them.
//
// Who is added meanwhile gets the next packet; who is removed gets nothing more.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "server/packet/peer/media.h"

namespace ms::peer {

class SinkList {
 public:
  // False when it was there already.
  bool add(MediaSink& sink) {
    if (contains(sink)) return false;
    const bool goes_first = sink.isRelay() && visitors_ == 0;
    sinks_.insert(goes_first ? sinks_.begin() : sinks_.end(), &sink);
    return true;
  }

  // False when it was not there.
  bool remove(MediaSink& sink) {
    const auto at = std::ranges::find(sinks_, &sink);
    if (at == sinks_.end()) return false;
    *at = nullptr;
    has_holes_ = true;
    closeHoles();
    return true;
  }

  template <class Function>
  void forEach(Function&& function) {
    ++visitors_;
    const std::size_t size = sinks_.size();
    for (std::size_t i = 0; i < size; ++i)
      if (sinks_[i]) function(*sinks_[i]);
    --visitors_;
    closeHoles();
  }

  // function(sink, i) for i = 0 to count - 1, all of one sink before the next one. Who is removed
  // hears no more.
  template <class Function>
  void forEachOfBurst(std::size_t count, Function&& function) {
    ++visitors_;
    const std::size_t size = sinks_.size();
    for (std::size_t at = 0; at < size; ++at) {
      for (std::size_t i = 0; i < count && sinks_[at]; ++i) function(*sinks_[at], i);
      if (sinks_[at]) sinks_[at]->onBurstEnd();
    }
    --visitors_;
    closeHoles();
  }

  bool contains(const MediaSink& sink) const {
    return std::ranges::find(sinks_, &sink) != sinks_.end();
  }
  MediaSink* first() const {
    const auto at = std::ranges::find_if(sinks_, [](MediaSink* sink) { return sink != nullptr; });
    return at == sinks_.end() ? nullptr : *at;
  }

 private:
  void closeHoles() {
    if (!has_holes_ || visitors_ > 0) return;
    std::erase(sinks_, nullptr);
    has_holes_ = false;
  }

  std::vector<MediaSink*> sinks_;  // A hole (nullptr) per sink removed during a visit.
  int visitors_ = 0;
  bool has_holes_ = false;
};

}  // namespace ms::peer
