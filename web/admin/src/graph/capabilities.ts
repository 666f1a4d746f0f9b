interface Capability {
  action: string;
  isAllowed: boolean;
  missingPermission?: string | null;
  refusal?: { message: string } | null;
}

export interface May {
  /** Whether the viewer could ever do it; what is not possible is absent. */
  isShown: boolean;
  /** Why a rule forbids it now. */
  reason: string | null;
}

export function may(capabilities: Capability[], action: string): May {
  const found = capabilities.find((one) => one.action === action);
  return { isShown: found !== undefined && !found.missingPermission, reason: found?.refusal?.message ?? null };
}
