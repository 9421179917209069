/* SPDX-License-Identifier: MIT */
/*
 * Source annotations. Windows' code checker reads them, no compiler does: all expand to nothing.
 *
 * The old words with two leading underscores (__in, __out) exist in C only: the C++ library uses
 * them as names of its own parameters.
 */
#ifndef TRANSOM_SAL_H
#define TRANSOM_SAL_H

/* One argument. */
#define _In_
#define _In_opt_
#define _In_z_
#define _In_opt_z_
#define _Out_
#define _Out_opt_
#define _Inout_
#define _Inout_opt_
#define _Inout_z_
#define _Inout_opt_z_
#define _Outptr_
#define _Outptr_opt_
#define _Outptr_result_maybenull_
#define _Outptr_opt_result_maybenull_
#define _Outptr_result_z_
#define _Outptr_opt_result_z_
#define _Outptr_result_maybenull_z_
#define _Outptr_opt_result_maybenull_z_
#define _Outptr_result_nullonfailure_
#define _COM_Outptr_
#define _COM_Outptr_opt_
#define _COM_Outptr_result_maybenull_
#define _Outref_
#define _Outref_result_maybenull_
#define _Outref_result_nullonfailure_
#define _Reserved_
#define _Const_
#define _Ret_
#define _Ret_z_
#define _Ret_maybenull_
#define _Ret_maybenull_z_
#define _Ret_notnull_
#define _Ret_null_
#define _Ret_valid_
#define _Ret_opt_
#define _Ret_opt_z_
#define _Null_terminated_
#define _NullNull_terminated_
#define _Notnull_
#define _Maybenull_
#define _Null_
#define _Valid_
#define _Notvalid_
#define _Maybevalid_
#define _Pre_
#define _Post_
#define _Pre_z_
#define _Post_z_
#define _Pre_valid_
#define _Post_valid_
#define _Pre_notnull_
#define _Post_notnull_
#define _Pre_maybenull_
#define _Post_maybenull_
#define _Pre_null_
#define _Post_null_
#define _Post_invalid_
#define _Post_ptr_invalid_
#define _Pre_invalid_
#define _Pre_opt_valid_
#define _Deref_pre_valid_
#define _Deref_post_z_
#define _Deref_out_
#define _Deref_out_opt_
#define _Deref_opt_out_
#define _Deref_out_z_
#define _Frees_ptr_
#define _Frees_ptr_opt_
#define _Points_to_data_
#define _Literal_
#define _Notliteral_
#define _Printf_format_string_
#define _Scanf_format_string_
#define _Scanf_s_format_string_
#define _Check_return_
#define _Check_return_opt_
#define _Must_inspect_result_
#define _Use_decl_annotations_
#define _Callback_
#define _Interlocked_operand_
#define _Strict_type_match_
#define _IRQL_requires_same_

/* One argument with a size or a condition. */
#define _In_reads_(x)
#define _In_reads_opt_(x)
#define _In_reads_bytes_(x)
#define _In_reads_bytes_opt_(x)
#define _In_reads_z_(x)
#define _In_reads_opt_z_(x)
#define _In_reads_or_z_(x)
#define _In_reads_or_z_opt_(x)
#define _In_reads_to_ptr_(x)
#define _In_reads_to_ptr_opt_(x)
#define _In_reads_to_ptr_z_(x)
#define _Out_writes_(x)
#define _Out_writes_opt_(x)
#define _Out_writes_bytes_(x)
#define _Out_writes_bytes_opt_(x)
#define _Out_writes_z_(x)
#define _Out_writes_opt_z_(x)
#define _Out_writes_all_(x)
#define _Out_writes_all_opt_(x)
#define _Out_writes_bytes_all_(x)
#define _Out_writes_bytes_all_opt_(x)
#define _Out_writes_to_ptr_(x)
#define _Out_writes_to_ptr_opt_(x)
#define _Inout_updates_(x)
#define _Inout_updates_opt_(x)
#define _Inout_updates_z_(x)
#define _Inout_updates_opt_z_(x)
#define _Inout_updates_bytes_(x)
#define _Inout_updates_bytes_opt_(x)
#define _Inout_updates_all_(x)
#define _Inout_updates_all_opt_(x)
#define _Inout_updates_bytes_all_(x)
#define _Inout_updates_bytes_all_opt_(x)
#define _Outptr_result_buffer_(x)
#define _Outptr_opt_result_buffer_(x)
#define _Outptr_result_buffer_all_(x)
#define _Outptr_opt_result_buffer_all_(x)
#define _Outptr_result_buffer_maybenull_(x)
#define _Outptr_opt_result_buffer_maybenull_(x)
#define _Outptr_result_bytebuffer_(x)
#define _Outptr_opt_result_bytebuffer_(x)
#define _Outptr_result_bytebuffer_all_(x)
#define _Outptr_opt_result_bytebuffer_all_(x)
#define _Outptr_result_bytebuffer_maybenull_(x)
#define _Outptr_opt_result_bytebuffer_maybenull_(x)
#define _In_count_(x)
#define _In_opt_count_(x)
#define _In_bytecount_(x)
#define _In_opt_bytecount_(x)
#define _In_z_count_(x)
#define _In_opt_z_count_(x)
#define _Out_cap_(x)
#define _Out_opt_cap_(x)
#define _Out_bytecap_(x)
#define _Out_opt_bytecap_(x)
#define _Out_z_cap_(x)
#define _Out_opt_z_cap_(x)
#define _Inout_cap_(x)
#define _Inout_count_(x)
#define _Inout_bytecount_(x)
#define _Inout_z_cap_(x)
#define _Ret_writes_(x)
#define _Ret_writes_z_(x)
#define _Ret_writes_bytes_(x)
#define _Ret_writes_maybenull_(x)
#define _Ret_writes_maybenull_z_(x)
#define _Ret_writes_bytes_maybenull_(x)
#define _Field_size_(x)
#define _Field_size_opt_(x)
#define _Field_size_full_(x)
#define _Field_size_full_opt_(x)
#define _Field_size_bytes_(x)
#define _Field_size_bytes_opt_(x)
#define _Field_size_bytes_full_(x)
#define _Field_size_bytes_full_opt_(x)
#define _Struct_size_bytes_(x)
#define _Pre_satisfies_(x)
#define _Post_satisfies_(x)
#define _Satisfies_(x)
#define _Success_(x)
#define _Return_type_success_(x)
#define _On_failure_(x)
#define _Always_(x)
#define _Readable_bytes_(x)
#define _Readable_elements_(x)
#define _Writable_bytes_(x)
#define _Writable_elements_(x)
#define _Pre_readable_size_(x)
#define _Pre_writable_size_(x)
#define _Pre_readable_byte_size_(x)
#define _Pre_writable_byte_size_(x)
#define _Post_readable_size_(x)
#define _Post_writable_size_(x)
#define _Post_readable_byte_size_(x)
#define _Post_writable_byte_size_(x)
#define _Analysis_assume_(x)
#define _Analysis_assume_nullterminated_(x)
#define _Function_class_(x)
#define _Deref_pre_count_(x)
#define _Deref_post_count_(x)
#define _Requires_lock_held_(x)
#define _Requires_lock_not_held_(x)
#define _Requires_exclusive_lock_held_(x)
#define _Requires_shared_lock_held_(x)
#define _Acquires_lock_(x)
#define _Acquires_exclusive_lock_(x)
#define _Acquires_shared_lock_(x)
#define _Acquires_nonreentrant_lock_(x)
#define _Releases_lock_(x)
#define _Releases_exclusive_lock_(x)
#define _Releases_shared_lock_(x)
#define _Releases_nonreentrant_lock_(x)
#define _Create_lock_level_(x)
#define _Has_lock_level_(x)
#define _Guarded_by_(x)
#define _Write_guarded_by_(x)
#define _Interlocked_guarded_by_(x)
#define _IRQL_requires_(x)
#define _IRQL_requires_max_(x)
#define _IRQL_requires_min_(x)
#define _IRQL_raises_(x)
#define _Field_z_

/* One argument with two or more. */
#define _Out_writes_to_(x, y)
#define _Out_writes_to_opt_(x, y)
#define _Out_writes_bytes_to_(x, y)
#define _Out_writes_bytes_to_opt_(x, y)
#define _Inout_updates_to_(x, y)
#define _Inout_updates_to_opt_(x, y)
#define _Inout_updates_bytes_to_(x, y)
#define _Inout_updates_bytes_to_opt_(x, y)
#define _Outptr_result_buffer_to_(x, y)
#define _Outptr_opt_result_buffer_to_(x, y)
#define _Outptr_result_bytebuffer_to_(x, y)
#define _Outptr_opt_result_bytebuffer_to_(x, y)
#define _Out_cap_post_count_(x, y)
#define _Out_bytecap_post_bytecount_(x, y)
#define _Ret_writes_to_(x, y)
#define _Ret_writes_bytes_to_(x, y)
#define _Ret_writes_to_maybenull_(x, y)
#define _Ret_writes_bytes_to_maybenull_(x, y)
#define _Field_size_part_(x, y)
#define _Field_size_part_opt_(x, y)
#define _Field_size_bytes_part_(x, y)
#define _Field_size_bytes_part_opt_(x, y)
#define _In_range_(x, y)
#define _Out_range_(x, y)
#define _Ret_range_(x, y)
#define _Field_range_(x, y)
#define _Deref_in_range_(x, y)
#define _Deref_out_range_(x, y)
#define _When_(x, y)
#define _At_(x, y)
#define _Lock_level_order_(x, y)
#define _At_buffer_(address, iterator, bound, annotation)
#define _Group_(annotations)
#define _Benign_race_begin_
#define _Benign_race_end_
#define _No_competing_thread_begin_
#define _No_competing_thread_end_
#define __analysis_assume(condition)
#define __callback
#define __checkReturn
#define __format_string
#define __nullterminated
#define __nullnullterminated
#define __readableTo(extent)
#define __writableTo(extent)
#define __success(condition)

#ifndef __cplusplus
#define __in
#define __in_opt
#define __in_z
#define __in_z_opt
#define __out
#define __out_opt
#define __inout
#define __inout_opt
#define __inout_z
#define __inout_z_opt
#define __deref_out
#define __deref_out_opt
#define __deref_opt_out
#define __deref_opt_out_opt
#define __deref_inout
#define __deref_inout_opt
#define __deref_out_z
#define __out_z
#define __out_z_opt
#define __in_ecount(size)
#define __in_ecount_opt(size)
#define __in_ecount_z(size)
#define __in_ecount_z_opt(size)
#define __in_bcount(size)
#define __in_bcount_opt(size)
#define __out_ecount(size)
#define __out_ecount_opt(size)
#define __out_ecount_z(size)
#define __out_ecount_z_opt(size)
#define __out_ecount_full(size)
#define __out_ecount_full_opt(size)
#define __out_bcount(size)
#define __out_bcount_opt(size)
#define __out_bcount_full(size)
#define __out_bcount_full_opt(size)
#define __out_ecount_part(size, length)
#define __out_ecount_part_opt(size, length)
#define __out_bcount_part(size, length)
#define __out_bcount_part_opt(size, length)
#define __inout_ecount(size)
#define __inout_ecount_opt(size)
#define __inout_ecount_z(size)
#define __inout_ecount_z_opt(size)
#define __inout_ecount_full(size)
#define __inout_ecount_full_opt(size)
#define __inout_bcount(size)
#define __inout_bcount_opt(size)
#define __inout_bcount_full(size)
#define __inout_bcount_full_opt(size)
#define __inout_ecount_part(size, length)
#define __inout_ecount_part_opt(size, length)
#define __inout_bcount_part(size, length)
#define __inout_bcount_part_opt(size, length)
#define __deref_out_ecount(size)
#define __deref_out_ecount_opt(size)
#define __deref_out_ecount_z(size)
#define __deref_out_ecount_z_opt(size)
#define __deref_out_ecount_full(size)
#define __deref_out_ecount_full_opt(size)
#define __deref_out_bcount(size)
#define __deref_out_bcount_opt(size)
#define __deref_out_bcount_full(size)
#define __deref_out_bcount_full_opt(size)
#define __deref_out_ecount_part(size, length)
#define __deref_out_ecount_part_opt(size, length)
#define __deref_out_bcount_part(size, length)
#define __deref_out_bcount_part_opt(size, length)
#define __deref_inout_ecount(size)
#define __deref_inout_ecount_opt(size)
#define __deref_inout_ecount_z(size)
#define __deref_inout_ecount_z_opt(size)
#define __deref_inout_ecount_full(size)
#define __deref_inout_ecount_full_opt(size)
#define __deref_inout_bcount(size)
#define __deref_inout_bcount_opt(size)
#define __deref_inout_bcount_full(size)
#define __deref_inout_bcount_full_opt(size)
#define __deref_inout_ecount_part(size, length)
#define __deref_inout_ecount_part_opt(size, length)
#define __deref_inout_bcount_part(size, length)
#define __deref_inout_bcount_part_opt(size, length)
#define __in_range(low, high)
#define __out_range(low, high)
#define __field_ecount(size)
#define __field_bcount(size)
#define __field_ecount_opt(size)
#define __field_bcount_opt(size)
#endif

#endif
