/* SPDX-License-Identifier: MIT */
#include "api/api.h"

BOOL WINAPI InitializeSecurityDescriptor(PSECURITY_DESCRIPTOR pSecurityDescriptor, DWORD dwRevision)
{
    if (dwRevision != SECURITY_DESCRIPTOR_REVISION)
        return tsm_return(STATUS_UNKNOWN_REVISION);
    *(SECURITY_DESCRIPTOR *)pSecurityDescriptor =
        (SECURITY_DESCRIPTOR){.Revision = SECURITY_DESCRIPTOR_REVISION};
    return TRUE;
}

BOOL WINAPI SetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR pSecurityDescriptor, BOOL bDaclPresent,
                                      PACL pDacl, BOOL bDaclDefaulted)
{
    SECURITY_DESCRIPTOR *descriptor = pSecurityDescriptor;

    descriptor->Control &= (WORD) ~(SE_DACL_PRESENT | SE_DACL_DEFAULTED);
    descriptor->Dacl = bDaclPresent ? pDacl : NULL;
    if (bDaclPresent)
        descriptor->Control |= SE_DACL_PRESENT | (bDaclDefaulted ? SE_DACL_DEFAULTED : 0);
    return TRUE;
}
