// Precompiled for the rooms that talk to sockets and processes; see riptide_room(PRECOMPILE asio).
#pragma once
#include <boost/asio.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>
