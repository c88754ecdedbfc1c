// Sends what GLib and libraries on it (libnice) log to our log, category "glib". Debug messages
// come only for the domains that G_MESSAGES_DEBUG names, as is usual with GLib.
#pragma once

namespace ms::app {

// Once per process: GLib allows no second call.
void routeGlibLog();

}  // namespace ms::app
