
!
inputPlaceholder*
dtype0

outIdentityinput"‡