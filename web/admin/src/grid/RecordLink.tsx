import Link from '@mui/material/Link';
import { createLink, type LinkComponent } from '@tanstack/react-router';
import { MASK } from './mask';

const RouteLink = createLink(Link) as LinkComponent<typeof Link>;

/** A link in a cell. It is reached by arrows and Enter; the keyboard does not stop at each link besides. */
export function RecordLink({ to, id, text }: { to: string; id: string; text: string }) {
  // The cell around a mask says why it is there.
  const title = text.includes(MASK) ? undefined : text;
  return (
    <RouteLink to={to as never} params={{ id } as never} tabIndex={-1} title={title}>
      {text}
    </RouteLink>
  );
}
