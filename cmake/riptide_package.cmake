# The library for other people's tests: `cmake --install build` puts the rooms base, history and
# checker beside the programs, with their headers below include/riptide and what find_package(riptide)
# reads. All of it is the component Development; the rest is the component Runtime.
include(CMakePackageConfigHelpers)

set(riptide_headers ${CMAKE_INSTALL_INCLUDEDIR}/riptide)
set(riptide_config ${CMAKE_INSTALL_LIBDIR}/cmake/riptide)
set(riptide_package ${PROJECT_BINARY_DIR}/package)

foreach(room base history checker)
  set_target_properties(riptide_${room} PROPERTIES EXPORT_NAME ${room})
  target_compile_features(riptide_${room} PUBLIC cxx_std_20)
endforeach()
# For <riptide/linearizability.hpp>.
target_include_directories(riptide_base INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

install(TARGETS riptide_base riptide_history riptide_checker EXPORT riptideTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT Development
  FILE_SET HEADERS DESTINATION ${riptide_headers} COMPONENT Development)
install(EXPORT riptideTargets NAMESPACE riptide:: DESTINATION ${riptide_config} COMPONENT Development)

# The public headers under their public names; the others keep the names of their rooms.
foreach(header linearizability own_model)
  file(CONFIGURE OUTPUT ${riptide_package}/${header}.hpp
    CONTENT "// See docs/library.md.\n#pragma once\n#include \"checker/${header}.hpp\"\n")
  install(FILES ${riptide_package}/${header}.hpp DESTINATION ${riptide_headers} COMPONENT Development)
endforeach()

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/riptideConfig.cmake.in
  ${riptide_package}/riptideConfig.cmake INSTALL_DESTINATION ${riptide_config})
# Before version 1.0 a minor version may change the interface.
write_basic_package_version_file(${riptide_package}/riptideConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${riptide_package}/riptideConfig.cmake ${riptide_package}/riptideConfigVersion.cmake
  DESTINATION ${riptide_config} COMPONENT Development)
