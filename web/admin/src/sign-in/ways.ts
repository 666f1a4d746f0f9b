/** The ways in that this deployment has; the service writes them into the page. */
const named = document.querySelector<HTMLMetaElement>('meta[name=sign-in]')?.content.split(' ') ?? [];

export const hasPasswords = !named.includes('oidc') || named.includes('password');
export const hasProvider = named.includes('oidc');
