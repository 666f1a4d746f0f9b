import { type May, may } from '../../graph/capabilities';
import { useHeader } from './query';

/** What may be done to the customer of this page now; read with its header, and by no tab again. */
export function useMay(id: string): (action: string) => May {
  const capabilities = useHeader(id)?.capabilities ?? [];
  return (action) => may(capabilities, action);
}
