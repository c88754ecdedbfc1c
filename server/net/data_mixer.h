// A sctp::DataMix as those on other loops use it: what several outlets give, at one.
#pragma once

#include <memory>
#include <vector>

#include "server/net/data_session.h"
#include "server/net/remote.h"
#include "server/net/sctp_loop.h"
#include "server/packet/sctp/data_mix.h"

namespace ms::net {

class DataMixer {
 public:
  explicit DataMixer(SctpLoop& sctp);
  // Ends the links.
  ~DataMixer();

  const DataOutletPtr& outlet() const { return outlet_; }
  // These and no others from now on.
  void setSources(std::vector<DataOutletPtr> sources);

 private:
  struct Hosted;

  const DataOutletPtr outlet_;
  Remote<Hosted> hosted_;
};

}  // namespace ms::net
