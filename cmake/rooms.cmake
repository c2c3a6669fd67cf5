# Rooms: one static library per folder of src/, and the arrows that are allowed between them.
#
#   vesper_room(units USES diagnostics LIBRARIES PkgConfig::UDUNITS)
#
# A room may only use rooms declared before it, so a cycle or an arrow that points back up
# stops the configure step.  Its tests are every tests/<room>/*_test.cpp.

set_property(GLOBAL PROPERTY VESPER_ROOMS "")

# What stands on an engine is tested on the widest lanes of the machine; and then once more, as one
# test each, on the reference engine and on narrower lanes.
set(vesper_rooms_on_engines simulate evidence cli)
set(vesper_other_engines reference)
file(STRINGS /proc/cpuinfo processor REGEX "^flags" LIMIT_COUNT 1)
if(processor MATCHES " avx512dq ")
  list(APPEND vesper_other_engines 4 2)
elseif(processor MATCHES " avx2 ")
  list(APPEND vesper_other_engines 2)
endif()

function(vesper_room name)
  cmake_parse_arguments(ROOM "" "" "USES;LIBRARIES" ${ARGN})
  get_property(known GLOBAL PROPERTY VESPER_ROOMS)
  foreach(other IN LISTS ROOM_USES)
    if(NOT other IN_LIST known)
      message(FATAL_ERROR "room '${name}' uses '${other}', which is not below it; "
                          "see the table of rooms in docs/architecture.md")
    endif()
  endforeach()

  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp)
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.h)
  add_library(vesper_${name} STATIC ${sources} ${headers})
  set_target_properties(vesper_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(vesper_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(vesper_${name} PUBLIC ${ROOM_LIBRARIES} PRIVATE vesper_warnings)
  foreach(other IN LISTS ROOM_USES)
    target_link_libraries(vesper_${name} PUBLIC vesper_${other})
  endforeach()
  vesper_check_includes(${name} "${ROOM_USES}")

  set_property(GLOBAL APPEND PROPERTY VESPER_ROOMS ${name})
  set_property(GLOBAL PROPERTY VESPER_USES_${name} "${ROOM_USES}")
  if(BUILD_TESTING)
    vesper_room_tests(${name})
  endif()
endfunction()

# Every room reachable from `name` by the declared arrows, itself included.
function(vesper_reachable name out)
  set(found ${name})
  get_property(uses GLOBAL PROPERTY VESPER_USES_${name})
  foreach(other IN LISTS uses)
    vesper_reachable(${other} below)
    list(APPEND found ${below})
  endforeach()
  list(REMOVE_DUPLICATES found)
  set(${out} ${found} PARENT_SCOPE)
endfunction()

# An #include of a room that is not reachable is an arrow that nobody declared.
function(vesper_check_includes name uses)
  set(allowed ${name})
  foreach(other IN LISTS uses)
    vesper_reachable(${other} below)
    list(APPEND allowed ${below})
  endforeach()
  file(GLOB files ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp ${PROJECT_SOURCE_DIR}/src/${name}/*.h)
  foreach(file IN LISTS files)
    file(STRINGS ${file} lines REGEX "^#include \"[a-z]+/")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^#include \"([a-z]+)/.*" "\\1" room "${line}")
      if(NOT room IN_LIST allowed)
        message(FATAL_ERROR "${file}: room '${name}' may not include '${room}': ${line}")
      endif()
    endforeach()
  endforeach()
endfunction()

function(vesper_room_tests name)
  file(GLOB tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${name}/*_test.cpp)
  if(NOT tests)
    return()
  endif()
  add_executable(test_${name} ${tests})
  target_link_libraries(test_${name} PRIVATE vesper_${name} vesper_warnings rapidcheck GTest::gtest_main)
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_compile_definitions(test_${name} PRIVATE
    VESPER_SOURCE_DIR="${PROJECT_SOURCE_DIR}" VESPER_BINARY="$<TARGET_FILE:vesper>")
  if(name STREQUAL "cli")
    add_dependencies(test_cli vesper)  # its tests run the program
  endif()
  gtest_discover_tests(test_${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 600 LABELS ${name})
  if(name IN_LIST vesper_rooms_on_engines)
    vesper_tests_on_other_engines(${name})
  endif()
endfunction()

function(vesper_tests_on_other_engines name)
  set(chosen "*")
  if(name STREQUAL "cli")
    set(chosen "Run.*:Validate.*")  # the rest of the door does not solve
  endif()
  foreach(engine IN LISTS vesper_other_engines)
    add_test(NAME ${name}.OnEngine.${engine} COMMAND test_${name} --gtest_filter=${chosen})
    set_tests_properties(${name}.OnEngine.${engine} PROPERTIES
      ENVIRONMENT VESPER_TEST_ENGINE=${engine} TIMEOUT 600 LABELS ${name})
  endforeach()
endfunction()
