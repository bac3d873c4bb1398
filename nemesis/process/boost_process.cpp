// Boost.Process v2, compiled here once: its header-only form lacks a definition in Boost 1.81.
#include <boost/process/v2/src.hpp>
