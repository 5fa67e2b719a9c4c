// Where functions that are no templates have their bodies.
//
// A header foo.hpp declares, foo.ipp beside it defines. By default foo.hpp ends with foo.ipp, and everything is inline: the
// library is headers alone. With DYNVISION_SEPARATE (the target dynvision::compiled) the bodies are compiled once, by
// src/dynvision.cpp, and a user's files see declarations.
//
// All files of a program are compiled in the same way. Two that are not are refused by the linker: those without
// DYNVISION_SEPARATE define a symbol, once in a program, that the library defines as well.
#pragma once

#if defined(DYNVISION_SEPARATE)

#define DYNVISION_INLINE

#if !defined(__CUDACC__)
extern "C" char const dynvision_library;  // only there: it is linked even where no function is asked for

namespace dynvision {
[[gnu::used]] inline char const* const needs_library = &dynvision_library;
}
#endif

#else

#define DYNVISION_INLINE inline

#if defined(__ELF__) && defined(__GNUC__) && !defined(__CUDACC__)
__asm__(
    ".pushsection .rodata.dynvision_form,\"aG\",%progbits,dynvision_form,comdat\n"
    ".globl some_files_of_this_program_are_compiled_with_DYNVISION_SEPARATE_and_some_without\n"
    "some_files_of_this_program_are_compiled_with_DYNVISION_SEPARATE_and_some_without: .byte 0\n"
    ".popsection\n");
#endif

#endif
