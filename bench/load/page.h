// The page of a report (page.html), as text; the build puts it in.
#pragma once

namespace ms::load {

extern const char* const kPage;

}  // namespace ms::load
