# Rooms: one folder, one static library riptide_<room> with the alias riptide::<room>.

find_program(RIPTIDE_CCACHE ccache)
if(RIPTIDE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The sloppiness settings are what ccache's manual asks for with precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} ${RIPTIDE_CCACHE})
endif()

add_library(riptide_flags INTERFACE)
target_compile_options(riptide_flags INTERFACE -Wall -Wextra -Wshadow -Wno-missing-field-initializers $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${RIPTIDE_WERROR}>:-Werror> $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
target_include_directories(riptide_flags INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
target_compile_definitions(riptide_flags INTERFACE RIPTIDE_VERSION="${PROJECT_VERSION}"
  BOOST_ASIO_NO_DEPRECATED BOOST_PROCESS_V2_SEPARATE_COMPILATION)

# riptide_room(NAME [DEPENDS room...] [LIBRARIES target...] [PRECOMPILE asio])
#   Every .cpp below the folder but main.cpp goes into the library. PRECOMPILE asio keeps Boost.Asio,
#   which takes seconds to parse, in a precompiled header.
function(riptide_room name)
  cmake_parse_arguments(ROOM "" "PRECOMPILE" "DEPENDS;LIBRARIES" ${ARGN})
  set(dir ${PROJECT_SOURCE_DIR}/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${dir}/*.cpp)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS ${dir}/*.hpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$|/node_modules/")
  add_library(riptide_${name} STATIC ${sources})
  add_library(riptide::${name} ALIAS riptide_${name})
  target_sources(riptide_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${headers})
  set_target_properties(riptide_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  list(TRANSFORM ROOM_DEPENDS PREPEND riptide::)
  target_link_libraries(riptide_${name} PUBLIC $<BUILD_INTERFACE:riptide_flags> ${ROOM_DEPENDS} ${ROOM_LIBRARIES})
  if(ROOM_PRECOMPILE STREQUAL "asio")
    target_precompile_headers(riptide_${name} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled_asio.hpp)
  endif()
endfunction()

# riptide_program(NAME room): the program whose main.cpp stands in the room.
function(riptide_program name room)
  add_executable(${name} ${PROJECT_SOURCE_DIR}/${room}/main.cpp)
  target_link_libraries(${name} PRIVATE riptide::${room})
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
