/* SPDX-License-Identifier: MIT */
/* Security descriptors, as far as pipe servers build them. */
#ifndef TRANSOM_SECURITYBASEAPI_H
#define TRANSOM_SECURITYBASEAPI_H

#include <minwindef.h>
#include <minwinbase.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Prepares an empty descriptor; the revision is SECURITY_DESCRIPTOR_REVISION. SDK:
 * InitializeSecurityDescriptor.
 */
WINADVAPI BOOL WINAPI InitializeSecurityDescriptor(PSECURITY_DESCRIPTOR pSecurityDescriptor,
                                                   DWORD dwRevision);

/*
 * Sets the access list, which is not copied. One that is present and NULL lets everybody in; an
 * absent one means the default. SDK: SetSecurityDescriptorDacl.
 */
WINADVAPI BOOL WINAPI SetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR pSecurityDescriptor,
                                                BOOL bDaclPresent, PACL pDacl, BOOL bDaclDefaulted);

#ifdef __cplusplus
}
#endif

#endif
